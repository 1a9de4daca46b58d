package dev.icmlora.function.api;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;

import dev.icmlora.engine.request.Spent;

/// Reply of `POST /generate`.
///
/// @param function name and version of the function that the request named; absent where it named none
/// @param outputs one answer per input, in the order of the inputs; null where its detail has a reason for none
/// @param ids one per answer of a function, by which it can be corrected; absent where the request named none
/// @param details one per input; absent unless labels, a schema, spans or a confidence were asked for
/// @param adapter the adapter that served; absent where the base model served alone
/// @param tuning what tuning did; absent where nothing was tuned
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GenerateReply(
        String function,
        List<String> outputs,
        List<String> ids,
        List<AnswerDetail> details,
        ServedAdapter adapter,
        Selection selection,
        Tuned tuning,
        Usage usage,
        Timing timingMs) {

    /// The same with ids.
    public GenerateReply withIds(List<String> ofAnswers) {
        return new GenerateReply(function, outputs, ofAnswers, details, adapter, selection, tuning, usage, timingMs);
    }

    /// @param id `sha256:` of the adapter's GGUF bytes
    /// @param cached whether it was known before this request
    /// @param bytes size of its GGUF form
    public record ServedAdapter(String id, boolean cached, int rank, long bytes) {}

    /// The way in which a request was served, and why. Where the request named its mode, only `served`.
    ///
    /// @param served the mode that answered
    /// @param strength of the residual in the serving adapter, or in the one that tuning began with
    /// @param confidence chance that an answer is exactly right, in the mean over the answers; absent where it was
    /// fitted to neither a generator nor the task's own examples
    /// @param seenDistance to the nearest task that the generator was trained on, in standard deviations of their
    /// latents; absent where tuning decided
    /// @param hurried true where something was left out for want of time or of a free place; else absent
    /// @param weights of what has a say in labels; absent where no head was fitted to the examples
    /// @param abstainBelow the least confidence of an answer that is kept; absent where the request named no risk
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Selection(
            Mode served,
            Double strength,
            Double confidence,
            Double seenDistance,
            Boolean hurried,
            Weights weights,
            Double abstainBelow) {

        /// The same with how sure the answers are, and from which threshold on they are kept.
        public Selection with(Double sure, Double threshold) {
            return new Selection(served, strength, sure, seenDistance, hurried, weights, threshold);
        }

        /// Of a request that named its mode.
        public static Selection named(Mode served) {
            return new Selection(served, null, null, null, null, null, null);
        }
    }

    /// How much each counts that has a say in labels.
    ///
    /// @param words of the log-probabilities of the labels' words
    /// @param head of the scores that the examples' hidden states give a label, about 1 for the right one
    /// @param tuned of the log-probabilities by the tuned adapter; 0 where none is asked
    public record Weights(double words, double head, double tuned) {}

    /// The outcome of tuning for a task.
    ///
    /// @param state `tuned`; `diverged` where the loss grew, so that the adapter from before serves; `waiting`
    /// where what was left out is done in the background
    /// @param steps that were taken; absent while it waits
    /// @param cutShort true where time ended it before its last step: such an adapter has an id of its own, and
    /// serves until a request, or in mode auto the background, goes on with the tuning to its end; else absent
    /// @param lossBefore mean cross entropy of an answer token over the examples, before any step
    /// @param lossAfter the same with the tuned adapter
    /// @param contradictory examples whose input has another output in another example; absent for none
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tuned(
            String state,
            Integer steps,
            Boolean cutShort,
            Double lossBefore,
            Double lossAfter,
            Integer contradictory) {}

    /// Facts about an answer beside its text.
    ///
    /// @param confidence the chance that the answer is right where it is calibrated; else the model's own
    /// probability of the answer: of a label or a span, its share among all; of a text, that of all its tokens and
    /// its end, one after the other
    /// @param calibrated whether the confidence was fitted to how often such answers are right: that of a label or
    /// a free text by a tuned adapter is
    /// @param probabilities of all labels, in the order of the request, 1 together
    /// @param span where the answer stands in its input; absent unless spans were asked for and there is one
    /// @param secondOpinion whether another model gave the same answer, another one, or another one that counts;
    /// absent if none was asked
    /// @param reason why there is no output; absent where there is one
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AnswerDetail(
            Double confidence,
            Boolean calibrated,
            Map<String, Double> probabilities,
            Span span,
            String secondOpinion,
            String reason) {}

    /// A piece of an input.
    ///
    /// @param start Unicode characters (code points) before it
    /// @param end where it ends, counted in the same way
    public record Span(int start, int end) {}

    /// Tokens of a request.
    ///
    /// @param promptTokens tokens that the model read, a prompt prefix shared by several inputs once
    /// @param completionTokens tokens that it wrote
    public record Usage(int promptTokens, int completionTokens) {}

    /// Milliseconds per phase, with three decimals; 0 where a phase was not needed.
    public record Timing(double fingerprint, double generate, double apply, double tune, double prompt, double decode) {

        public static final Timing NONE = of(Spent.NOTHING);

        public static Timing of(Spent spent) {
            return new Timing(
                    millis(spent.fingerprint()),
                    millis(spent.generate()),
                    millis(spent.apply()),
                    millis(spent.tune()),
                    millis(spent.prefill()),
                    millis(spent.decode()));
        }

        public Timing plus(Timing other) {
            return new Timing(
                    fingerprint + other.fingerprint,
                    generate + other.generate,
                    apply + other.apply,
                    tune + other.tune,
                    prompt + other.prompt,
                    decode + other.decode);
        }

        private static double millis(long nanos) {
            return Math.round(nanos / 1e3) / 1e3;
        }
    }
}
