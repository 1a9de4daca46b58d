package dev.icmlora.engine.tune;

import java.util.Optional;

import dev.icmlora.ggml.Rope;
import dev.icmlora.llama.LlamaModel;

/// The sizes of a base model of the Llama architecture, as its file states them.
///
/// @param width of the hidden state
/// @param heads of the queries
/// @param kvHeads of keys and values, each for an equal number of query heads
/// @param epsilon of the norms
record BaseModelShape(int layers, int width, int heads, int kvHeads, int headSize, float epsilon, Rope rope) {
    /// What the graph computes; llama.cpp turns neighbouring dimensions in it.
    private static final String ARCHITECTURE = "llama";

    /// @throws UnsupportedBaseModelException if it is of another architecture, or a variant of it
    static BaseModelShape of(LlamaModel model) {
        if (!model.architecture().equals(ARCHITECTURE)) {
            throw new UnsupportedBaseModelException(
                    "its architecture is " + model.architecture() + ", and the graph is of " + ARCHITECTURE);
        }
        requirePlain(model);
        int headSize = integer(model, "attention.key_length").orElse(model.hiddenSize() / model.heads());
        int valueSize = integer(model, "attention.value_length").orElse(headSize);
        if (valueSize != headSize || model.heads() % model.kvHeads() != 0) {
            throw new UnsupportedBaseModelException("its heads are of " + headSize + " and " + valueSize
                    + " dimensions, " + model.heads() + " for queries and " + model.kvHeads()
                    + " for keys and values");
        }
        return new BaseModelShape(
                model.layers(),
                model.hiddenSize(),
                model.heads(),
                model.kvHeads(),
                headSize,
                number(model, "attention.layer_norm_rms_epsilon")
                        .orElseThrow(
                                () -> new UnsupportedBaseModelException("its file states no epsilon of the norms")),
                new Rope(
                        integer(model, "rope.dimension_count").orElse(headSize),
                        false,
                        number(model, "rope.freq_base").orElse(10_000f)));
    }

    private static void requirePlain(LlamaModel model) {
        String scaling = text(model, "rope.scaling.type").orElse("none");
        if (!scaling.equals("none")) {
            throw new UnsupportedBaseModelException("its rotary positions are scaled (" + scaling + ")");
        }
        if (integer(model, "expert_count").orElse(0) > 0) {
            throw new UnsupportedBaseModelException("it is a mixture of experts");
        }
    }

    /// Features of all keys, or all values, of a token.
    int kvWidth() {
        return kvHeads * headSize;
    }

    /// Query heads that share a head of keys and values.
    int group() {
        return heads / kvHeads;
    }

    private static Optional<String> text(LlamaModel model, String key) {
        return model.metadata(ARCHITECTURE + "." + key);
    }

    private static Optional<Integer> integer(LlamaModel model, String key) {
        return text(model, key).map(Integer::valueOf);
    }

    private static Optional<Float> number(LlamaModel model, String key) {
        return text(model, key).map(Float::valueOf);
    }
}
