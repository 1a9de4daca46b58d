package dev.icmlora.engine.worker;

import java.util.List;

/// The kind of answer that follows each prompt of a request: a text that is written, one of some labels, or a piece
/// of a text.
public sealed interface Wanted permits Decoding, Choosing, Extracting {

    /// No hidden states are wanted.
    int NO_STATES = -1;

    AnswerListener listener();

    /// A prompt that was read is kept for requests with the same salt only: how soon an answer begins tells
    /// no other tenant that it was asked before.
    String salt();

    /// Whether the likeliest answer is taken, and none is drawn.
    default boolean isGreedy() {
        return true;
    }

    /// Whether those who hear of the answers asked for the log-probabilities of their tokens.
    default boolean tellsLogprobs() {
        return false;
    }

    /// The same with the probability of each answer, and without telling the listener of it before its end.
    Wanted unheard();

    /// The token from which on hidden states of a prompt are wanted, or [#NO_STATES].
    default int statesFrom() {
        return NO_STATES;
    }

    /// The same for some of a request's prompts.
    ///
    /// @param prompts by their places
    default Wanted of(List<Integer> prompts) {
        return this;
    }

    /// Tokens that an answer puts into the memory after its prompt, at most.
    int mostTokens();
}
