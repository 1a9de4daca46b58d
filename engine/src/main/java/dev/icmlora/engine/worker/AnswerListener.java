package dev.icmlora.engine.worker;

/// Receives answers while they are written. It is called on a worker's thread, or the request's where an answer
/// comes as a whole, and must not wait.
@FunctionalInterface
public interface AnswerListener {

    AnswerListener NONE = (answer, delta) -> {};

    /// An answer grew. The deltas of an answer together are its whole text.
    ///
    /// @param answer index of its prompt
    void wrote(int answer, Delta delta);
}
