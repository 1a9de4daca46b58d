package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Why a request was served as it was. Where the request named its mode, only `served` and an empty list.
///
/// @param served the mode that answered
/// @param kind where the serving weights come from; see [Candidate]
/// @param strength of the residual in the serving adapter
/// @param confidence chance that an answer is exactly right
/// @param seenDistance to the nearest task that the generator was trained on, in standard deviations of their latents
/// @param evidenceTokens tokens that were read to compare the candidates
/// @param cached whether the decision was known before this request
/// @param hurried true where fewer were compared than asked for, since half of the request's time was over; else absent
/// @param candidates what was compared; empty where the request named its mode or the task has too few examples
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(requiredProperties = {"served", "candidates"})
public record Selection(
        @Schema(enumeration = {"adapter", "adapter_examples", "examples", "plain"})
        Mode served,

        @Schema(enumeration = {"mean", "b0", "base", "nearest"})
        String kind,

        Double strength,
        @Schema(minimum = "0", maximum = "1") Double confidence,
        @Schema(minimum = "0") Double seenDistance,
        Integer evidenceTokens,
        Boolean cached,
        Boolean hurried,
        List<Candidate> candidates) {

    /// Of a request that named its mode.
    public static Selection named(Mode served) {
        return new Selection(served, null, null, null, null, null, null, null, List.of());
    }

    /// The same decision, met again.
    public Selection recalled() {
        return new Selection(served, kind, strength, confidence, seenDistance, 0, true, null, candidates);
    }

    /// What was tried.
    ///
    /// @param kind where the weights come from: `mean` (the generator's), `b0` (the adapter that all tasks share),
    /// `base` (none), `nearest` (a seen task's latent)
    /// @param strength of the residual; absent without an adapter
    /// @param task whose latent was taken
    /// @param mode that serves such a candidate
    /// @param exampleLoss mean loss on the task's examples, each unseen, nats per token
    /// @param exampleExact share of the examples that it would have answered exactly
    /// @param examples each of them
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Candidate(
            String kind,
            Double strength,
            String task,
            Mode mode,
            double exampleLoss,
            double exampleExact,
            List<Example> examples) {}

    /// How a candidate did on one example.
    ///
    /// @param nats negative log likelihood of the whole answer
    /// @param tokens of the answer, its end included
    @Schema(name = "ScoredExample")
    public record Example(double nats, int tokens, boolean exact) {}
}
