package dev.icmlora.engine.tune;

import java.util.Optional;

import dev.icmlora.engine.tune.Architecture.Norm;
import dev.icmlora.ggml.Rope;
import dev.icmlora.llama.LlamaModel;

/// The sizes of a base model, as its file states them.
///
/// @param width of the hidden state
/// @param heads of the queries
/// @param kvHeads of keys and values, each for an equal number of query heads
/// @param epsilon of the norms
/// @param attentionScale of the products of queries and keys
/// @param rope of layers that see all tokens
/// @param window of the others; empty if there are none
public record BaseModelShape(
        Architecture architecture,
        int layers,
        int width,
        int heads,
        int kvHeads,
        int headSize,
        float epsilon,
        float attentionScale,
        Rope rope,
        Optional<SlidingWindow> window) {
    /// llama.cpp's defaults for what a file leaves out.
    private static final float ROPE_BASE = 10_000;

    private static final int WINDOW_PERIOD = 6;

    /// Gemma 3 27B, which llama.cpp knows by its layers: its queries are scaled as if heads shared the width of the
    /// hidden state among them.
    private static final int LAYERS_OF_GEMMA_27B = 62;

    /// Layers that see only the last tokens.
    ///
    /// @param tokens that a token sees, itself among them
    /// @param period the last layer of so many sees all tokens; 0 if none does
    /// @param rope of the others
    public record SlidingWindow(int tokens, int period, Rope rope) {
        /// Whether a layer sees only those, counted from 0.
        public boolean isOf(int layer) {
            return period == 0 || layer % period < period - 1;
        }
    }

    /// The entries of a model file under the name of its architecture.
    private record Metadata(LlamaModel model, String architecture) {
        Optional<String> text(String key) {
            return model.metadata(architecture + "." + key);
        }

        Optional<Integer> integer(String key) {
            return text(key).map(Integer::valueOf);
        }

        Optional<Float> number(String key) {
            return text(key).map(Float::valueOf);
        }
    }

    /// @throws UnsupportedBaseModelException if it is of another architecture, or a variant of it
    static BaseModelShape of(LlamaModel model) {
        try {
            return read(model);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedBaseModelException("its file has a number that cannot be: " + e.getMessage());
        }
    }

    private static BaseModelShape read(LlamaModel model) {
        Architecture architecture = Architecture.of(model.architecture());
        Metadata file = new Metadata(model, architecture.name());
        requirePlain(file);
        int headSize = file.integer("attention.key_length").orElse(model.hiddenSize() / model.heads());
        int valueSize = file.integer("attention.value_length").orElse(model.hiddenSize() / model.heads());
        if (valueSize != headSize || model.heads() % model.kvHeads() != 0) {
            throw new UnsupportedBaseModelException("its heads are of " + headSize + " and " + valueSize
                    + " dimensions, " + model.heads() + " for queries and " + model.kvHeads()
                    + " for keys and values");
        }
        Rope rope = new Rope(
                file.integer("rope.dimension_count").orElse(headSize),
                architecture.halves(),
                file.number("rope.freq_base").orElse(ROPE_BASE),
                ropeScale(file));
        return new BaseModelShape(
                architecture,
                model.layers(),
                model.hiddenSize(),
                model.heads(),
                model.kvHeads(),
                headSize,
                file.number("attention.layer_norm_rms_epsilon")
                        .orElseThrow(
                                () -> new UnsupportedBaseModelException("its file states no epsilon of the norms")),
                attentionScale(architecture, model, headSize),
                rope,
                window(architecture, file, rope));
    }

    private static void requirePlain(Metadata file) {
        if (file.integer("expert_count").orElse(0) > 0) {
            throw new UnsupportedBaseModelException("it is a mixture of experts");
        }
        if (file.number("final_logit_softcapping").orElse(0f) != 0) {
            throw new UnsupportedBaseModelException("its logits are capped (final_logit_softcapping)");
        }
    }

    private static float ropeScale(Metadata file) {
        // llama.cpp scales by the factor of a file that names no type.
        String type = file.text("rope.scaling.type").orElse("linear");
        if (!type.equals("linear") && !type.equals("none")
                || file.number("rope.scaling.attn_factor").orElse(1f) != 1) {
            throw new UnsupportedBaseModelException("its rotary positions are scaled (" + type
                    + "), and there are graphs of those that are not, or are linear, or have Llama 3's frequencies");
        }
        float factor = file.number("rope.scaling.factor")
                .or(() -> file.number("rope.scale_linear"))
                .orElse(0f);
        return factor == 0 || type.equals("none") ? 1 : 1 / factor;
    }

    private static float attentionScale(Architecture architecture, LlamaModel model, int headSize) {
        boolean wide = architecture.slidingWindow() && model.layers() == LAYERS_OF_GEMMA_27B;
        return (float) (1 / Math.sqrt(wide ? (double) (model.hiddenSize() / model.heads()) : headSize));
    }

    private static Optional<SlidingWindow> window(Architecture architecture, Metadata file, Rope rope) {
        if (!architecture.slidingWindow()) {
            return Optional.empty();
        }
        return file.integer("attention.sliding_window")
                .filter(tokens -> tokens > 0)
                .map(tokens -> new SlidingWindow(
                        tokens,
                        file.integer("attention.sliding_window_pattern").orElse(WINDOW_PERIOD),
                        new Rope(
                                rope.dimensions(),
                                rope.halves(),
                                file.number("rope.freq_base_swa").orElse(ROPE_BASE),
                                1)));
    }

    /// Features of all queries of a token.
    int queryWidth() {
        return heads * headSize;
    }

    /// Features of all keys, or all values, of a token.
    int kvWidth() {
        return kvHeads * headSize;
    }

    /// Query heads that share a head of keys and values.
    int group() {
        return heads / kvHeads;
    }

    /// Features that a norm has weights for.
    int size(Norm norm) {
        return switch (norm) {
            case QUERY, KEY -> headSize;
            case ATTENTION, ATTENTION_RESULT, FEED_FORWARD, FEED_FORWARD_RESULT -> width;
        };
    }

    /// Of a layer.
    Rope rope(int layer) {
        return windowOf(layer).map(SlidingWindow::rope).orElse(rope);
    }

    /// Most tokens that a token sees in a layer, itself among them.
    int reach(int layer) {
        return windowOf(layer).map(SlidingWindow::tokens).orElse(Integer.MAX_VALUE);
    }

    private Optional<SlidingWindow> windowOf(int layer) {
        return window.filter(each -> each.isOf(layer));
    }
}
