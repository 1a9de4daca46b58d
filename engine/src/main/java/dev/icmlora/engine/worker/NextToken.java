package dev.icmlora.engine.worker;

/// Hears what is predicted at each token of a text.
@FunctionalInterface
public interface NextToken {

    /// @param token that the text has next
    /// @param logits of every token of the vocabulary in that place
    void at(int token, float[] logits);
}
