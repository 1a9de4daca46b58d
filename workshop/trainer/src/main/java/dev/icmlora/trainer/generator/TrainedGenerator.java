package dev.icmlora.trainer.generator;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.shared.SharedAdapter;

/// A generator in the checkpoint of its training run; the sizes are those of the arrays found there.
public final class TrainedGenerator {
    /// Array of one number in a checkpoint: [GeneratorArchitecture#vectorLayer].
    private static final String VECTOR_LAYER = "vector.layer";

    private static final String TRUNK = "decoder.norm.bias";

    private final GgufFile checkpoint;
    private final GeneratorArchitecture architecture;

    /// @param base `general.architecture` of the base model
    /// @param hidden the base model's hidden size
    /// @throws IllegalArgumentException when the checkpoint is of a decoder that the function does not have
    public TrainedGenerator(GgufFile checkpoint, String base, int hidden) {
        requireHeads(checkpoint);
        this.checkpoint = checkpoint;
        List<Target> targets =
                SharedAdapter.modules(checkpoint).stream().map(this::target).toList();
        int rank = SharedAdapter.rank(checkpoint);
        this.architecture = new GeneratorArchitecture(
                hidden,
                (int) floats(VECTOR_LAYER)[0],
                extent("prior.0.bias"),
                extent("prior.mean.bias"),
                extent(TRUNK),
                new AdapterLayout(base, layers(), rank, SharedAdapter.SCALE * rank, targets));
    }

    /// Other networks are trained to be compared with.
    ///
    /// @throws IllegalArgumentException when the checkpoint is of one of them
    public static void requireHeads(GgufFile checkpoint) {
        if (checkpoint.tensor(TRUNK).isEmpty()) {
            throw new IllegalArgumentException(
                    "this checkpoint is of a network for comparison only, without the decoder that the function has:"
                            + " train one with `icm-lora train-generator` or `icm-lora paper cvae --decoder HEADS`");
        }
    }

    /// What a checkpoint says of the task vectors.
    ///
    /// @param vectorLayer that they were taken after
    static SequencedMap<String, NDArray> vectorArrays(int vectorLayer, Standardization statistics, NDManager manager) {
        SequencedMap<String, NDArray> arrays = new LinkedHashMap<>();
        arrays.put(VECTOR_LAYER, manager.create(new float[] {vectorLayer}));
        arrays.put("vector.mean", manager.create(statistics.mean()));
        arrays.put("vector.deviation", manager.create(statistics.deviation()));
        return arrays;
    }

    /// Of its adapters.
    AdapterLayout layout() {
        return architecture.adapter();
    }

    /// @param tuningRates of its matrices, as in [GeneratorManifest#tuningRates]
    /// @throws dev.icmlora.generator.network.InvalidGeneratorException when the checkpoint does not hold a usable
    /// generator
    public GeneratorFile file(String name, BaseModelId base, String promptFormat, List<Float> tuningRates) {
        Map<String, float[]> weights = new HashMap<>();
        for (String tensor : architecture.tensors().keySet()) {
            if (!tensor.startsWith("adapter.")) {
                weights.put(tensor, GeneratorNetwork.isHead(tensor) ? scaled(floats(tensor)) : floats(tensor));
            }
        }
        for (Target target : architecture.adapter().targets()) {
            weights.put(GeneratorArchitecture.a(target), stacked(target, true));
            weights.put(GeneratorArchitecture.b0(target), stacked(target, false));
        }
        return GeneratorFile.of(
                new GeneratorManifest(
                        name,
                        base,
                        promptFormat,
                        architecture,
                        Checkpoint.tasks(checkpoint),
                        Checkpoint.before(checkpoint),
                        List.of(),
                        tuningRates),
                weights);
    }

    /// The served decoder has no output scale of its own.
    private static float[] scaled(float[] head) {
        for (int i = 0; i < head.length; i++) {
            head[i] *= GeneratorNetwork.OUTPUT_SCALE;
        }
        return head;
    }

    /// A module's matrices of all layers, one after the other.
    private float[] stacked(Target target, boolean a) {
        AdapterLayout layout = architecture.adapter();
        int each = layout.rank() * (a ? target.in() : target.out());
        float[] all = new float[layout.layers() * each];
        for (int layer = 0; layer < layout.layers(); layer++) {
            String name = a ? AdapterLayout.nameOfA(layer, target) : AdapterLayout.nameOfB(layer, target);
            System.arraycopy(floats(name), 0, all, layer * each, each);
        }
        return all;
    }

    private Target target(String module) {
        String weight = "blk.0." + module + ".weight.lora_";
        long in = info(weight + "a").shape()[0];
        long out = info(weight + "b").shape()[1];
        return new Target(module, Math.toIntExact(in), Math.toIntExact(out));
    }

    private int layers() {
        long[] shape = info("decoder.layer.bias").shape();
        return Math.toIntExact(shape[1]);
    }

    private int extent(String vector) {
        return Math.toIntExact(info(vector).elements());
    }

    private float[] floats(String tensor) {
        return checkpoint.floats(info(tensor));
    }

    private TensorInfo info(String tensor) {
        return checkpoint
                .tensor(tensor)
                .orElseThrow(() -> new IllegalArgumentException("the checkpoint has no array " + tensor));
    }
}
