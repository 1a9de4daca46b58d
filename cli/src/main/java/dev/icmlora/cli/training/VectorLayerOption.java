package dev.icmlora.trainer.vectors;

import picocli.CommandLine.Option;

import dev.icmlora.llama.LlamaModel;

/// Where in the base model task vectors are taken.
final class VectorLayerOption {
    /// Of the layers: behind it a model is busy with its next token, and forgets the task.
    private static final double DEFAULT_DEPTH = 0.75;

    @Option(
            names = "--vector-layer",
            paramLabel = "N",
            description = "Task vectors are hidden states after this layer, 1 to the model's number of layers"
                    + " (default: three quarters of them).")
    private Integer layer;

    /// @throws IllegalArgumentException if the model has no such layer
    int of(LlamaModel model) {
        int chosen = layer == null ? (int) (DEFAULT_DEPTH * model.layers()) : layer;
        if (chosen < 1 || chosen > model.layers()) {
            throw new IllegalArgumentException(
                    "--vector-layer is 1 to " + model.layers() + " with this base model, not " + chosen);
        }
        return chosen;
    }

    /// Names a run that is made with it.
    @Override
    public String toString() {
        return layer == null ? DEFAULT_DEPTH + " of the layers" : "layer " + layer;
    }
}
