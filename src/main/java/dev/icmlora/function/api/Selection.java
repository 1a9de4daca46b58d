package dev.icmlora.function.api;

import java.util.function.DoubleUnaryOperator;

import com.fasterxml.jackson.annotation.JsonInclude;

/// How a request was served, and why. Where the request named its mode, only `served`.
///
/// @param served the mode that answered
/// @param strength of the residual in the serving adapter, or in the one that tuning began with
/// @param confidence chance that an answer is exactly right, in the mean over the answers; absent without a trained
/// generator, to which it is fitted
/// @param seenDistance to the nearest task that the generator was trained on, in standard deviations of their latents;
/// absent where tuning decided
/// @param hurried true where the task was not tuned for want of time or of a free place; else absent
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Selection(Mode served, Double strength, Double confidence, Double seenDistance, Boolean hurried) {

    /// The same with another confidence, where it has one.
    ///
    /// @param change takes the confidence that there is
    public Selection withConfidence(DoubleUnaryOperator change) {
        return confidence == null
                ? this
                : new Selection(served, strength, change.applyAsDouble(confidence), seenDistance, hurried);
    }

    /// Of a request that named its mode.
    public static Selection named(Mode served) {
        return new Selection(served, null, null, null, null);
    }
}
