package dev.icmlora.engine.worker;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// An answer that was written, or the label that was chosen.
///
/// @param tokens tokens written, or of the label
/// @param logprobs one for each token of the text, where they were asked for
/// @param probability of a label: its share among all labels; of a written text, where log-probabilities were
/// asked for: that of its tokens and its end, one after the other, before every sampling option
/// @param labels probability of each label, in their order, 1 together; empty for a written text
/// @param states of the prompt, where they were asked for
public record Answer(
        String text,
        Finish finish,
        int tokens,
        List<TokenLogprob> logprobs,
        OptionalDouble probability,
        Map<String, Double> labels,
        Optional<PromptStates> states) {

    /// Without hidden states.
    public Answer(
            String text,
            Finish finish,
            int tokens,
            List<TokenLogprob> logprobs,
            OptionalDouble probability,
            Map<String, Double> labels) {
        this(text, finish, tokens, logprobs, probability, labels, Optional.empty());
    }

    /// The same for a reader who did not ask for the log-probabilities of its tokens.
    public Answer withoutLogprobs() {
        return new Answer(text, finish, tokens, List.of(), probability, labels, states);
    }

    /// Hidden states of a prompt, one for each layer that the context watches.
    ///
    /// @param last at the last token, which an answer follows
    /// @param mean over the tokens from [Wanted#statesFrom] on
    /// @param each where spans are scored, those of each of these tokens; else none
    public record PromptStates(List<float[]> last, List<float[]> mean, List<List<float[]>> each) {

        public PromptStates {
            last = List.copyOf(last);
            mean = List.copyOf(mean);
            each = List.copyOf(each);
        }
    }

    /// A written token and how likely the model found it, before temperature and every other sampling option.
    ///
    /// @param bytes the token's UTF-8 bytes, which need not be whole characters
    /// @param logprob natural logarithm of its probability
    /// @param likeliest the likeliest tokens at its place, the likeliest first, each without such a list of its own
    public record TokenLogprob(byte[] bytes, double logprob, List<TokenLogprob> likeliest) {}

    /// Why an answer ended.
    public enum Finish {
        /// The model ended it, or a stop string did.
        STOP,
        /// It has as many tokens as it may have.
        LENGTH
    }
}
