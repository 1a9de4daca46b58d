package dev.icmlora.llama;

import dev.icmlora.ggml.NativeCallException;

/// The model's scores are infinite or no numbers. Keys and values in the memory may be too, and reach the scores of
/// other sequences even where these do not see them: 0 times infinity is no number.
public final class ScoresNotFiniteException extends NativeCallException {
    private static final long serialVersionUID = 1L;

    ScoresNotFiniteException(float score) {
        super("llama_decode", 0, "a score is " + score + ": the weights are too large for this model");
    }
}
