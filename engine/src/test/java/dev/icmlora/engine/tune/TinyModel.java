package dev.icmlora.engine.tune;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.Quantisation;
import dev.icmlora.llama.NamedTensor;

/// A model of three layers with random weights, as a GGUF file; it has tokens, but no texts unless it borrows
/// them. For the tests of other modules too.
public final class TinyModel {
    static final int LAYERS = 3;
    public static final int VOCABULARY = 96;

    private static final int RANK = 4;

    /// @param headSize of queries, keys and values
    private record Sizes(int width, int heads, int kvHeads, int headSize, int feedForward) {
        /// All matrices of a layer.
        List<Target> targets() {
            int queries = heads * headSize;
            int keys = kvHeads * headSize;
            return List.of(
                    new Target("attn_q", width, queries),
                    new Target("attn_k", width, keys),
                    new Target("attn_v", width, keys),
                    new Target("attn_output", queries, width),
                    new Target("ffn_gate", width, feedForward),
                    new Target("ffn_up", width, feedForward),
                    new Target("ffn_down", feedForward, width));
        }
    }

    private static final Sizes USUAL = new Sizes(64, 4, 2, 16, 96);
    private static final Sizes LARGE_HEADS = new Sizes(64, 4, 2, 32, 96);
    private static final Sizes OF_256 = new Sizes(256, 4, 2, 64, 256);

    /// What is written under which architecture.
    public enum Variant {
        LLAMA("llama", USUAL),
        /// With biases of everything.
        BIASED_LLAMA("llama", USUAL),
        /// With divisors of the angles.
        LLAMA_3("llama", USUAL),
        /// With linearly scaled positions.
        LINEAR_LLAMA("llama", USUAL),
        /// With rows that are whole blocks of every type.
        WIDE_LLAMA("llama", OF_256),
        QWEN2("qwen2", USUAL),
        QWEN3("qwen3", LARGE_HEADS),
        GEMMA3("gemma3", LARGE_HEADS),
        /// Without a window.
        FULL_GEMMA3("gemma3", LARGE_HEADS),
        /// Positions are scaled, but where a window is.
        LINEAR_GEMMA3("gemma3", LARGE_HEADS),
        /// Positions turn half of a head.
        HALF_TURNED_GEMMA3("gemma3", LARGE_HEADS),
        ERNIE("ernie4_5", USUAL);

        private final String architecture;
        private final Sizes sizes;

        Variant(String architecture, Sizes sizes) {
            this.architecture = architecture;
            this.sizes = sizes;
        }
    }

    private final SplittableRandom random = new SplittableRandom(3);
    private final GgufWriter file = new GgufWriter();
    private final GgmlType type;
    private final Variant variant;
    private final Sizes sizes;
    private final int vocabulary;

    private TinyModel(GgmlType type, Variant variant, int vocabulary) {
        this.type = type;
        this.variant = variant;
        this.sizes = variant.sizes;
        this.vocabulary = vocabulary;
    }

    public static void write(Path path, GgmlType type, Variant variant) {
        model(type, variant).write(path);
    }

    /// For tests that add something which it should not have.
    public static GgufWriter model(GgmlType type, Variant variant) {
        TinyModel model = new TinyModel(type, variant, VOCABULARY);
        model.file.string("tokenizer.ggml.model", "none");
        model.fill();
        return model.file;
    }

    /// One for texts: with another model's tokens, and without its chat template.
    public static void write(Path path, Variant variant, Path other) {
        try (GgufFile tokens = GgufFile.open(other)) {
            TinyModel model = new TinyModel(
                    GgmlType.F32,
                    variant,
                    tokens.strings("tokenizer.ggml.tokens").size());
            tokens.keys().stream()
                    .filter(key -> key.startsWith("tokenizer.ggml."))
                    .forEach(key -> model.file.copy(tokens, key));
            model.fill();
            model.file.write(path);
        }
    }

    private void fill() {
        metadata();
        for (int layer = 0; layer < LAYERS; layer++) {
            layer("blk." + layer + ".");
        }
        vector("output_norm.weight", sizes.width, 2);
        matrix("token_embd", sizes.width, vocabulary);
    }

    /// A model of the same weights as they are when they are de-quantised.
    static GgufWriter asFloats(Path path) {
        GgufWriter floats = new GgufWriter();
        try (GgufFile file = GgufFile.open(path)) {
            file.keys().forEach(key -> floats.copy(file, key));
            file.tensors()
                    .forEach(tensor ->
                            floats.tensor(tensor.name(), GgmlType.F32, tensor.shape(), floats(file.floats(tensor))));
        }
        return floats;
    }

    private void metadata() {
        String prefix = variant.architecture + ".";
        file.string("general.architecture", variant.architecture)
                .uint32(prefix + "block_count", LAYERS)
                .uint32(prefix + "embedding_length", sizes.width)
                .uint32(prefix + "attention.head_count", sizes.heads)
                .uint32(prefix + "attention.head_count_kv", sizes.kvHeads)
                .uint32(prefix + "feed_forward_length", sizes.feedForward)
                .uint32(prefix + "context_length", 512)
                .uint32(prefix + "vocab_size", vocabulary)
                .float32(prefix + "attention.layer_norm_rms_epsilon", 1e-5f);
        if (sizes.heads * sizes.headSize != sizes.width) {
            file.uint32(prefix + "attention.key_length", sizes.headSize)
                    .uint32(prefix + "attention.value_length", sizes.headSize);
        }
        switch (variant) {
            case LLAMA_3 ->
                file.tensor("rope_freqs.weight", GgmlType.F32, new long[] {sizes.headSize / 2}, floats(new float[] {
                    1, 1, 1.5f, 2, 4, 8, 8, 8
                }));
            case LINEAR_LLAMA ->
                file.string(prefix + "rope.scaling.type", "linear").float32(prefix + "rope.scaling.factor", 4);
            case GEMMA3 -> window(prefix);
            case HALF_TURNED_GEMMA3 -> file.uint32(prefix + "rope.dimension_count", sizes.headSize / 2);
            case LINEAR_GEMMA3 -> {
                window(prefix);
                file.float32(prefix + "rope.scaling.factor", 8);
            }
            case LLAMA, BIASED_LLAMA, WIDE_LLAMA, QWEN2, QWEN3, FULL_GEMMA3, ERNIE -> {}
        }
    }

    /// The second layer sees all tokens.
    private void window(String prefix) {
        file.uint32(prefix + "attention.sliding_window", 4)
                .uint32(prefix + "attention.sliding_window_pattern", 2)
                .float32(prefix + "rope.freq_base", 50_000)
                .float32(prefix + "rope.freq_base_swa", 500);
    }

    private void layer(String prefix) {
        vector(prefix + "attn_norm.weight", sizes.width, 2);
        vector(prefix + "ffn_norm.weight", sizes.width, 2);
        for (Target target : sizes.targets()) {
            matrix(prefix + target.module(), target.in(), target.out());
        }
        switch (variant) {
            case QWEN2 -> biases(prefix, sizes.targets().subList(0, 3));
            case BIASED_LLAMA -> biases(prefix, sizes.targets());
            case QWEN3 -> headNorms(prefix);
            case GEMMA3, FULL_GEMMA3, LINEAR_GEMMA3, HALF_TURNED_GEMMA3 -> {
                headNorms(prefix);
                vector(prefix + "post_attention_norm.weight", sizes.width, 1);
                vector(prefix + "post_ffw_norm.weight", sizes.width, 1);
            }
            case LLAMA, LLAMA_3, LINEAR_LLAMA, WIDE_LLAMA, ERNIE -> {}
        }
    }

    private void biases(String prefix, List<Target> targets) {
        targets.forEach(target -> vector(prefix + target.module() + ".bias", target.out(), 1));
    }

    private void headNorms(String prefix) {
        vector(prefix + "attn_q_norm.weight", sizes.headSize, 1);
        vector(prefix + "attn_k_norm.weight", sizes.headSize, 1);
    }

    /// A random adapter of all matrices.
    public static Adapter adapter(Variant variant) {
        return adapter(variant, EnumSet.allOf(Module.class));
    }

    static Adapter adapter(Variant variant, Set<Module> modules) {
        List<Target> targets = variant.sizes.targets().stream()
                .filter(target -> modules.contains(Module.of(target.module()).orElseThrow()))
                .toList();
        AdapterLayout layout = new AdapterLayout(variant.architecture, LAYERS, RANK, 2 * RANK, targets);
        return adapter(layout, 0.1 / Math.sqrt(RANK));
    }

    /// @param deviation of all weights
    static Adapter adapter(AdapterLayout layout, double deviation) {
        SplittableRandom random = new SplittableRandom(4);
        List<NamedTensor> a = new ArrayList<>();
        List<NamedTensor> b = new ArrayList<>();
        int rank = layout.rank();
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (Target target : layout.targets()) {
                a.add(half(
                        AdapterLayout.nameOfA(layer, target), gaussian(random, target.in() * rank, deviation), rank));
                b.add(half(
                        AdapterLayout.nameOfB(layer, target),
                        gaussian(random, rank * target.out(), deviation),
                        target.out()));
            }
        }
        return new Adapter(layout, a, b);
    }

    /// With the same A, and B the other way round.
    public static Adapter opposite(Adapter adapter) {
        return adapter.withGenerated(
                adapter.generated().stream().map(TinyModel::negative).toList());
    }

    private static NamedTensor negative(NamedTensor matrix) {
        float[] values = Halves.fromF16(matrix.data());
        for (int i = 0; i < values.length; i++) {
            values[i] = -values[i];
        }
        return new NamedTensor(matrix.name(), matrix.type(), matrix.shape(), Halves.toF16(values));
    }

    private static NamedTensor half(String name, float[] values, int rows) {
        return new NamedTensor(name, GgmlType.F16, new long[] {values.length / rows, rows}, Halves.toF16(values));
    }

    private void vector(String name, int size, double deviation) {
        file.tensor(name, GgmlType.F32, new long[] {size}, floats(gaussian(random, size, deviation)));
    }

    private void matrix(String name, int in, int out) {
        byte[] data = Quantisation.fromFloats(type, gaussian(random, in * out, 1 / Math.sqrt(in)), in);
        file.tensor(name + ".weight", type, new long[] {in, out}, data);
    }

    static byte[] floats(float[] values) {
        return Quantisation.fromFloats(GgmlType.F32, values, values.length);
    }

    static float[] gaussian(SplittableRandom random, int length, double deviation) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }
}
