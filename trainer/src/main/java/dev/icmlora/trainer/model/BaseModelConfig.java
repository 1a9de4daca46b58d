package dev.icmlora.trainer.model;

import java.util.Collection;
import java.util.List;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgufFile;

/// The sizes of a base model of the llama architecture.
///
/// @param layers transformer layers
/// @param hidden width of the residual stream
/// @param heads query heads
/// @param kvHeads key and value heads; each is shared by `heads / kvHeads` query heads
/// @param headSize width of a head
/// @param ropeBase base of the rotary frequencies
/// @param epsilon added to the mean square in RMSNorm
/// @param modules the matrices of a layer, which adapters may change, in the order of the forward pass
public record LlamaConfig(
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headSize,
        double ropeBase,
        double epsilon,
        List<Target> modules) {
    /// GGUF names of the matrices of a layer, in the order of the forward pass.
    public static final List<String> MODULES =
            List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down");

    private static final String ARCHITECTURE = "llama";

    /// The sizes that a model file states.
    ///
    /// @throws IllegalArgumentException when the file is no model of the llama architecture
    public static LlamaConfig of(GgufFile file) {
        String architecture = file.string("general.architecture").orElse("unknown");
        if (!architecture.equals(ARCHITECTURE)) {
            throw new IllegalArgumentException(
                    "the trainer knows base models of architecture llama, this one is " + architecture);
        }
        int hidden = integer(file, "llama.embedding_length");
        int heads = integer(file, "llama.attention.head_count");
        requirePlainRotation(file, hidden / heads);
        return new LlamaConfig(
                integer(file, "llama.block_count"),
                hidden,
                heads,
                integer(file, "llama.attention.head_count_kv"),
                hidden / heads,
                file.real("llama.rope.freq_base").orElse(10_000),
                file.real("llama.attention.layer_norm_rms_epsilon").orElse(1e-5),
                MODULES.stream().map(module -> target(file, module)).toList());
    }

    /// Some llama models turn queries and keys by frequencies that were stretched, or have heads of another width. What
    /// is trained through another computation than the one that serves would be worth nothing.
    private static void requirePlainRotation(GgufFile file, int headSize) {
        String scaling = file.string("llama.rope.scaling.type").orElse("none");
        if (!scaling.equals("none") || file.tensor("rope_freqs.weight").isPresent()) {
            throw new IllegalArgumentException("the trainer does not know scaled rotary frequencies (" + scaling
                    + (file.tensor("rope_freqs.weight").isPresent() ? ", rope_freqs.weight" : "")
                    + "), which this base model has");
        }
        for (String key :
                List.of("llama.attention.key_length", "llama.attention.value_length", "llama.rope.dimension_count")) {
            long width = file.integer(key).orElse(headSize);
            if (width != headSize) {
                throw new IllegalArgumentException(
                        "the trainer knows heads of hidden size / heads = %d, this base model's %s is %d"
                                .formatted(headSize, key, width));
            }
        }
    }

    private static Target target(GgufFile file, String module) {
        String name = "blk.0." + module + ".weight";
        long[] ne = file.tensor(name)
                .orElseThrow(() -> new IllegalArgumentException("the model file has no tensor " + name))
                .shape();
        return new Target(module, Math.toIntExact(ne[0]), Math.toIntExact(ne[1]));
    }

    /// The layout of adapters of some modules of every layer, in the order of the forward pass.
    ///
    /// @throws IllegalArgumentException when there is no such module, or no such rank
    public AdapterLayout layout(Collection<String> names, int rank, float alpha) {
        requireModules(names);
        List<Target> targets = modules.stream()
                .filter(target -> names.contains(target.module()))
                .toList();
        return new AdapterLayout(ARCHITECTURE, layers, rank, alpha, targets);
    }

    /// @throws IllegalArgumentException when one of them is the name of no module
    public static void requireModules(Collection<String> names) {
        for (String name : names) {
            if (!MODULES.contains(name)) {
                throw new IllegalArgumentException(
                        "\"%s\" is no module of a layer; there are %s".formatted(name, String.join(", ", MODULES)));
            }
        }
    }

    private static int integer(GgufFile file, String key) {
        return Math.toIntExact(
                file.integer(key).orElseThrow(() -> new IllegalArgumentException("the model file has no " + key)));
    }
}
