package dev.icmlora.engine.tune;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Tensor;

/// The parts of a layer in which architectures differ. All of them turn queries and
/// keys by their positions, share keys and values among query heads, and have a gated feed-forward part. Biases are
/// no part of it: one that a file has is added, as llama.cpp does.
///
/// Source: `src/models` of llama.cpp v0.5.0.
///
/// @param name in a model file's `general.architecture`
/// @param halves whether positions turn a dimension with the one half a head behind it, not two neighbours
/// @param scaledEmbeddings whether a token's embedding is multiplied by the square root of the width
/// @param slidingWindow whether most layers see only the last tokens, with angles of their own
public record Architecture(
        String name, boolean halves, Gate gate, Set<Norm> norms, boolean scaledEmbeddings, boolean slidingWindow) {
    private static final Set<Norm> BEFORE = EnumSet.of(Norm.ATTENTION, Norm.FEED_FORWARD);
    private static final Set<Norm> BEFORE_AND_OF_HEADS =
            EnumSet.of(Norm.ATTENTION, Norm.QUERY, Norm.KEY, Norm.FEED_FORWARD);

    /// Files of Mistral models name the first.
    private static final List<Architecture> ALL = List.of(
            new Architecture("llama", false, Gate.SILU, BEFORE, false, false),
            new Architecture("qwen2", true, Gate.SILU, BEFORE, false, false),
            new Architecture("qwen3", true, Gate.SILU, BEFORE_AND_OF_HEADS, false, false),
            new Architecture("gemma3", true, Gate.GELU, EnumSet.allOf(Norm.class), true, true));

    /// A norm of a layer, by the root mean square and with a weight for each feature.
    public enum Norm {
        ATTENTION("attn_norm"),
        /// Of each head of the queries by itself, before they are turned.
        QUERY("attn_q_norm"),
        /// Of each head of the keys by itself, before they are turned.
        KEY("attn_k_norm"),
        /// Of the attention's result, before it is added.
        ATTENTION_RESULT("post_attention_norm"),
        FEED_FORWARD("ffn_norm"),
        /// Of the feed-forward part's result, before it is added.
        FEED_FORWARD_RESULT("post_ffw_norm");

        private final String file;

        Norm(String file) {
            this.file = file;
        }

        /// Its name in model files.
        String file() {
            return file;
        }
    }

    /// The function of the gate in a feed-forward part.
    public enum Gate {
        SILU,
        GELU;

        /// `value(gate) * up`.
        Tensor gated(GradientOps ops, Tensor gate, Tensor up) {
            return this == SILU ? ops.swiGlu(gate, up) : ops.geGlu(gate, up);
        }

        /// The gradient of the gate, from that of its function's value.
        Tensor back(GradientOps ops, Tensor gradient, Tensor gate) {
            return this == SILU ? ops.siluBack(gradient, gate) : ops.geluBack(gradient, gate);
        }
    }

    /// @throws UnsupportedBaseModelException if there is none of this name
    static Architecture of(String name) {
        return ALL.stream()
                .filter(each -> each.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new UnsupportedBaseModelException("its architecture is " + name
                        + ", and there are graphs of "
                        + ALL.stream().map(Architecture::name).collect(Collectors.joining(", "))));
    }
}
