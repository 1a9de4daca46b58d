package dev.icmlora.trainer.paper;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.trainer.generator.GeneratorNetwork;

/// The parameters of q(z given dB and task vector), the half of the CVAE that only training needs.
///
/// It mirrors the decoder: one input matrix a module, a learned row a layer, the mean over the layers; then the task
/// vector comes in, and mean and log variance of z come out.
public final class EncoderNetwork {
    private final SequencedMap<String, NDArray> parameters = new LinkedHashMap<>();
    private final NDManager manager;
    private final SplittableRandom random;

    EncoderNetwork(GeneratorArchitecture architecture, long seed, NDManager manager) {
        this.manager = manager;
        this.random = new SplittableRandom(seed);
        int latent = architecture.latent();
        int units = architecture.decoderUnits();
        int vector = TaskVector.length(architecture.hidden());
        put("layer.bias", 0.5, architecture.adapter().layers(), units);
        put("condition.weight", 1 / Math.sqrt(vector), units, vector);
        put("condition.bias", 0, units);
        put("mean.weight", 1 / Math.sqrt(units), latent, units);
        put("mean.bias", 0, latent);
        put("log_variance.weight", 0, latent, units);
        put("log_variance.bias", 0, latent);
        parameters.get("encoder.log_variance.bias").addi(GeneratorNetwork.INITIAL_LOG_VARIANCE);
        for (Target target : architecture.adapter().targets()) {
            int inputs = target.out() * architecture.adapter().rank();
            put("input." + target.module() + ".weight", 1 / Math.sqrt(inputs), units, inputs);
        }
    }

    private void put(String name, double deviation, int... extents) {
        Shape shape = new Shape(IntStream.of(extents).asLongStream().toArray());
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = deviation == 0 ? 0 : (float) (deviation * random.nextGaussian());
        }
        parameters.put("encoder." + name, manager.create(values, shape));
    }

    SequencedMap<String, NDArray> parameters() {
        return parameters;
    }

    /// In the order in which the program takes them.
    List<NDArray> arrays() {
        return new ArrayList<>(parameters.values());
    }
}
