package dev.icmlora.trainer.vectors;

import java.util.OptionalInt;

import dev.icmlora.llama.LlamaModel;

/// Where in the base model task vectors are taken: after this layer, from 1; empty for three quarters of the layers.
public record VectorLayer(OptionalInt layer) {

    /// Of the layers: behind it a model is busy with its next token, and forgets the task.
    private static final double DEFAULT_DEPTH = 0.75;

    /// Three quarters of the layers.
    public static final VectorLayer DEFAULT = new VectorLayer(OptionalInt.empty());

    /// @throws IllegalArgumentException if the model has no such layer
    public int of(LlamaModel model) {
        int chosen = layer.orElseGet(() -> (int) (DEFAULT_DEPTH * model.layers()));
        if (chosen < 1 || chosen > model.layers()) {
            throw new IllegalArgumentException(
                    "--vector-layer is 1 to " + model.layers() + " with this base model, not " + chosen);
        }
        return chosen;
    }

    /// Names a run that is made with it.
    @Override
    public String toString() {
        return layer.isEmpty() ? DEFAULT_DEPTH + " of the layers" : "layer " + layer.getAsInt();
    }
}
