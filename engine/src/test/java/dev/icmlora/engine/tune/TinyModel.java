package dev.icmlora.engine.tune;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.Quantisation;
import dev.icmlora.llama.NamedTensor;

/// A llama of three layers with random weights, as a GGUF file; it has tokens, but no texts.
final class TinyModel {
    static final int LAYERS = 3;
    static final int VOCABULARY = 96;

    private static final int WIDTH = 64;
    private static final int HEADS = 4;
    private static final int KV_WIDTH = 32;
    private static final int FEED_FORWARD = 96;
    private static final int RANK = 4;

    private final SplittableRandom random = new SplittableRandom(3);
    private final GgufWriter file = new GgufWriter();
    private final GgmlType type;

    private TinyModel(GgmlType type) {
        this.type = type;
    }

    static void write(Path path, GgmlType type, String architecture) {
        new TinyModel(type).model(architecture).write(path);
    }

    private GgufWriter model(String architecture) {
        file.string("general.architecture", architecture)
                .uint32(architecture + ".block_count", LAYERS)
                .uint32(architecture + ".embedding_length", WIDTH)
                .uint32(architecture + ".attention.head_count", HEADS)
                .uint32(architecture + ".attention.head_count_kv", HEADS * KV_WIDTH / WIDTH)
                .uint32(architecture + ".feed_forward_length", FEED_FORWARD)
                .uint32(architecture + ".context_length", 512)
                .uint32(architecture + ".vocab_size", VOCABULARY)
                .float32(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f)
                .string("tokenizer.ggml.model", "none");
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "blk." + layer + ".";
            vector(prefix + "attn_norm");
            vector(prefix + "ffn_norm");
            for (Target target : targets()) {
                matrix(prefix + target.module(), target.in(), target.out());
            }
        }
        vector("output_norm");
        matrix("token_embd", WIDTH, VOCABULARY);
        return file;
    }

    /// All matrices of a layer.
    private static List<Target> targets() {
        return List.of(
                new Target("attn_q", WIDTH, WIDTH),
                new Target("attn_k", WIDTH, KV_WIDTH),
                new Target("attn_v", WIDTH, KV_WIDTH),
                new Target("attn_output", WIDTH, WIDTH),
                new Target("ffn_gate", WIDTH, FEED_FORWARD),
                new Target("ffn_up", WIDTH, FEED_FORWARD),
                new Target("ffn_down", FEED_FORWARD, WIDTH));
    }

    /// A random adapter of all matrices.
    static Adapter adapter() {
        AdapterLayout layout = new AdapterLayout("llama", LAYERS, RANK, 2 * RANK, targets());
        SplittableRandom random = new SplittableRandom(4);
        List<NamedTensor> a = new ArrayList<>();
        List<NamedTensor> b = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (Target target : targets()) {
                a.add(half(AdapterLayout.nameOfA(layer, target), random, target.in(), RANK));
                b.add(half(AdapterLayout.nameOfB(layer, target), random, RANK, target.out()));
            }
        }
        return new Adapter(layout, a, b);
    }

    private static NamedTensor half(String name, SplittableRandom random, long columns, long rows) {
        byte[] data = Halves.toF16(gaussian(random, (int) (rows * columns), 0.1 / Math.sqrt(RANK)));
        return new NamedTensor(name, GgmlType.F16, new long[] {columns, rows}, data);
    }

    private void vector(String name) {
        byte[] data = Quantisation.fromFloats(GgmlType.F32, gaussian(random, WIDTH, 2), WIDTH);
        file.tensor(name + ".weight", GgmlType.F32, new long[] {WIDTH}, data);
    }

    private void matrix(String name, int in, int out) {
        byte[] data = Quantisation.fromFloats(type, gaussian(random, in * out, 1 / Math.sqrt(in)), in);
        file.tensor(name + ".weight", type, new long[] {in, out}, data);
    }

    static float[] gaussian(SplittableRandom random, int length, double deviation) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }
}
