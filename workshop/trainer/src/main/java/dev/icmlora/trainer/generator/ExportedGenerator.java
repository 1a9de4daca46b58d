package dev.icmlora.trainer.generator;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.trainer.shared.SharedAdapter;

/// A generator file taken apart again, to train on with: the inverse of {@link TrainedGenerator}, but for what rounding
/// to F16 took.
public record ExportedGenerator(GeneratorFile file) {

    /// A and B0.
    public SharedAdapter shared(NDManager manager) {
        AdapterLayout layout = file.manifest().architecture().adapter();
        SequencedMap<String, NDArray> matrices = new LinkedHashMap<>();
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (Target target : layout.targets()) {
                matrices.put(
                        AdapterLayout.nameOfA(layer, target),
                        manager.create(
                                part(GeneratorArchitecture.a(target), layer, layout),
                                new Shape(layout.rank(), target.in())));
                matrices.put(
                        AdapterLayout.nameOfB(layer, target),
                        manager.create(
                                part(GeneratorArchitecture.b0(target), layer, layout),
                                new Shape(1, target.out(), layout.rank())));
            }
        }
        return new SharedAdapter(layout, matrices, file.manifest().learnedFrom());
    }

    /// Gives a network the weights of prior and decoder.
    ///
    /// @throws IllegalArgumentException when the network is of other sizes
    public void copyInto(GeneratorNetwork network) {
        network.parameters().forEach((name, array) -> {
            float[] values = file.floats(name);
            if (values.length != array.size()) {
                throw new IllegalArgumentException("the generator's %s has %d values, the network's %d"
                        .formatted(name, values.length, array.size()));
            }
            if (GeneratorNetwork.isHead(name)) {
                for (int i = 0; i < values.length; i++) {
                    values[i] /= GeneratorNetwork.OUTPUT_SCALE;
                }
            }
            array.set(values);
        });
    }

    /// A layer's matrix out of those of all layers.
    private float[] part(String tensor, int layer, AdapterLayout layout) {
        float[] all = file.floats(tensor);
        int each = all.length / layout.layers();
        return Arrays.copyOfRange(all, layer * each, (layer + 1) * each);
    }
}
