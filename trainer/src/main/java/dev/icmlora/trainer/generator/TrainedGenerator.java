package dev.icmlora.trainer.generator;

import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.paper.ConvolutionalCvae;
import dev.icmlora.trainer.shared.SharedAdapter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.TensorInfo;

/// A generator in the checkpoint of its training run; the sizes are those of the arrays found there.
final class TrainedGenerator {
    /// Array of one number in a checkpoint: [GeneratorArchitecture#vectorLayer].
    static final String VECTOR_LAYER = "vector.layer";

    private final GgufFile checkpoint;
    private final GeneratorArchitecture architecture;

    /// @param base `general.architecture` of the base model
    /// @param hidden the base model's hidden size
    /// @throws IllegalArgumentException when the checkpoint is of a decoder that the function does not have
    TrainedGenerator(GgufFile checkpoint, String base, int hidden) {
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
                extent("decoder.norm.bias"),
                new AdapterLayout(base, layers(), rank, SharedAdapter.SCALE * rank, targets));
    }

    private static void requireHeads(GgufFile checkpoint) {
        if (checkpoint.tensor(ConvolutionalCvae.FIRST_KERNEL).isPresent()) {
            throw new IllegalArgumentException(
                    "this CVAE was trained with --decoder CONV, for comparison only: the function has a decoder of"
                            + " HEADS, so train one with `icm-lora train-cvae`, or none with `icm-lora train-generator"
                            + " --from-zero`");
        }
    }

    /// The form of the prior in a checkpoint.
    ///
    /// @throws IllegalArgumentException when the checkpoint is of a decoder that the function does not have
    static PriorForm form(GgufFile checkpoint) {
        requireHeads(checkpoint);
        return PriorForm.of(tensor -> floats(checkpoint, tensor));
    }

    /// @throws dev.icmlora.generator.network.InvalidGeneratorException when the checkpoint does not hold a usable
    /// generator
    GeneratorFile file(String name, BaseModelId base, String promptFormat) {
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
                new GeneratorManifest(name, base, promptFormat, architecture, Checkpoint.tasks(checkpoint)), weights);
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
        return floats(checkpoint, tensor);
    }

    private static float[] floats(GgufFile checkpoint, String tensor) {
        return checkpoint.floats(info(checkpoint, tensor));
    }

    private TensorInfo info(String tensor) {
        return info(checkpoint, tensor);
    }

    private static TensorInfo info(GgufFile checkpoint, String tensor) {
        return checkpoint
                .tensor(tensor)
                .orElseThrow(() -> new IllegalArgumentException("the checkpoint has no array " + tensor));
    }
}
