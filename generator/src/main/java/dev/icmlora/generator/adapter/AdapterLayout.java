package dev.icmlora.generator.adapter;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The weights of the base model that an adapter changes, and the size of the change.
///
/// An adapter adds `alpha / rank * B A x` to `W x` for every target module of every layer, with `A [rank, in]` and
/// `B [out, rank]` (LoRA, arXiv 2106.09685 section 4.1).
///
/// @param architecture the base model's `general.architecture`
/// @param layers number of transformer layers, all of them adapted
/// @param rank r
/// @param alpha the numerator of the scale
/// @param targets the adapted modules of one layer, in file order
public record AdapterLayout(String architecture, int layers, int rank, float alpha, List<Target> targets) {
    private static final int MAX_LAYERS = 1024;
    private static final int MAX_RANK = 1024;
    private static final int MAX_FEATURES = 1 << 17;

    public AdapterLayout {
        targets = List.copyOf(targets);
        check("layers", layers, MAX_LAYERS);
        check("rank", rank, MAX_RANK);
        if (!(alpha > 0) || !Float.isFinite(alpha)) {
            throw new IllegalArgumentException("alpha must be positive and finite, is " + alpha);
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("an adapter needs at least one target module");
        }
        Set<String> modules = new HashSet<>();
        for (Target target : targets) {
            if (!modules.add(target.module())) {
                throw new IllegalArgumentException("module " + target.module() + " is named twice");
            }
        }
    }

    /// One adapted module, by its GGUF name.
    ///
    /// @param module `attn_q`, `attn_v`, ...
    /// @param in input features
    /// @param out output features
    public record Target(String module, int in, int out) {
        public Target {
            if (!module.matches("[a-z0-9_]{1,32}")) {
                throw new IllegalArgumentException("not a module name: " + module);
            }
            check("input features of " + module, in, MAX_FEATURES);
            check("output features of " + module, out, MAX_FEATURES);
        }
    }

    /// The names of the adapted modules of one layer, in file order.
    public List<String> modules() {
        return targets.stream().map(Target::module).toList();
    }

    /// GGUF name of a module's A matrix, ne = {in, rank}.
    public static String nameOfA(int layer, Target target) {
        return weight(layer, target.module()) + ".lora_a";
    }

    /// GGUF name of a module's B matrix, ne = {rank, out}.
    public static String nameOfB(int layer, Target target) {
        return weight(layer, target.module()) + ".lora_b";
    }

    /// GGUF name of the base model's weight that a module is.
    static String weight(int layer, String module) {
        return "blk." + layer + "." + module + ".weight";
    }

    private static void check(String what, int value, int limit) {
        if (value < 1 || value > limit) {
            throw new IllegalArgumentException(what + " must be 1.." + limit + ", is " + value);
        }
    }
}
