package dev.icmlora.engine.tune;

import static dev.icmlora.engine.tune.Norm.ATTENTION;
import static dev.icmlora.engine.tune.Norm.FEED_FORWARD;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What the layers of an architecture are made of, as far as architectures differ. All of them turn queries and
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
    private static final Set<Norm> BEFORE = EnumSet.of(ATTENTION, FEED_FORWARD);
    private static final Set<Norm> BEFORE_AND_OF_HEADS = EnumSet.of(ATTENTION, Norm.QUERY, Norm.KEY, FEED_FORWARD);

    /// Files of Mistral models name the first.
    private static final List<Architecture> ALL = List.of(
            new Architecture("llama", false, Gate.SILU, BEFORE, false, false),
            new Architecture("qwen2", true, Gate.SILU, BEFORE, false, false),
            new Architecture("qwen3", true, Gate.SILU, BEFORE_AND_OF_HEADS, false, false),
            new Architecture("gemma3", true, Gate.GELU, EnumSet.allOf(Norm.class), true, true));

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
