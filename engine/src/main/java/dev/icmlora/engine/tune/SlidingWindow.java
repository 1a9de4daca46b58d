package dev.icmlora.engine.tune;

import dev.icmlora.ggml.Rope;

/// Layers that see only the last tokens.
///
/// @param tokens that a token sees, itself among them
/// @param period the last layer of so many sees all tokens; 0 if none does
/// @param rope of the others
public record SlidingWindow(int tokens, int period, Rope rope) {
    /// Whether a layer sees only those, counted from 0.
    public boolean isOf(int layer) {
        return period == 0 || layer % period < period - 1;
    }
}
