package dev.icmlora.engine.worker;

import java.util.List;

import dev.icmlora.engine.worker.Answer.TokenLogprob;

/// Receives answers while they are written. It is called on a worker's thread, or the request's where an answer
/// comes as a whole, and must not wait.
@FunctionalInterface
public interface AnswerListener {

    AnswerListener NONE = (answer, delta) -> {};

    /// An answer grew. The deltas of an answer together are its whole text.
    ///
    /// @param answer index of its prompt
    void wrote(int answer, Delta delta);

    /// The text by which an answer grew.
    ///
    /// @param text whole characters that no stop string can take back any more; may be empty
    /// @param logprobs of the tokens that the text consists of, where they were asked for
    public record Delta(String text, List<TokenLogprob> logprobs) {

        boolean isEmpty() {
            return text.isEmpty() && logprobs.isEmpty();
        }
    }
}
