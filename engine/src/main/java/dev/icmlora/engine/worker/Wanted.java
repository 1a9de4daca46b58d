package dev.icmlora.engine.worker;

/// The kind of answer that follows each prompt of a request: a text that is written, or one of some labels.
public sealed interface Wanted permits Decoding, Choosing {

    AnswerListener listener();

    /// A prompt that was read is kept for requests with the same salt only: how soon an answer begins tells
    /// no other tenant that it was asked before.
    String salt();

    /// Whether the likeliest answer is taken, and none is drawn.
    boolean isGreedy();

    /// Whether those who hear of the answers asked for the log-probabilities of their tokens.
    boolean tellsLogprobs();

    /// The same with the probability of each answer, and without telling the listener of it before its end.
    Wanted unheard();

    /// Tokens that an answer puts into the memory after its prompt, at most.
    int mostTokens();
}
