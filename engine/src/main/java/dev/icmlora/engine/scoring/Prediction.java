package dev.icmlora.engine.scoring;

/// Hears what is predicted at each token of a text.
@FunctionalInterface
public interface Prediction {

    /// @param token that the text has next
    /// @param logits of every token of the vocabulary in that place
    void at(int token, float[] logits);
}
