package dev.icmlora.commands.options;

import java.util.OptionalInt;

import picocli.CommandLine.Option;

import dev.icmlora.trainer.vectors.VectorLayer;

/// The option for the layer after which task vectors are taken.
public final class VectorLayerOption {
    @Option(
            names = "--vector-layer",
            paramLabel = "N",
            description = "Task vectors are hidden states after this layer, 1 to the model's number of layers"
                    + " (default: three quarters of them).")
    private Integer layer;

    public VectorLayer layer() {
        return layer == null ? VectorLayer.DEFAULT : new VectorLayer(OptionalInt.of(layer));
    }
}
