package dev.icmlora.trainer.model;

import java.util.List;

import ai.djl.ndarray.NDArray;

/// Adapters on their way through steps of Adam.
///
/// @param lora the adapters after so many steps
/// @param means of the gradients of B, of the same shapes
/// @param squares means of their squares
/// @param steps that were taken
public record LoraTuning(Lora lora, List<NDArray> means, List<NDArray> squares, int steps) {

    /// Before the first step.
    public static LoraTuning of(Lora lora) {
        return new LoraTuning(
                lora,
                lora.b().stream().map(NDArray::zerosLike).toList(),
                lora.b().stream().map(NDArray::zerosLike).toList(),
                0);
    }
}
