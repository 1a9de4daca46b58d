package dev.icmlora.trainer.model;

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
public record LlamaConfig(
        int layers, int hidden, int heads, int kvHeads, int headSize, double ropeBase, double epsilon) {

    /// The sizes that a model file states.
    ///
    /// @throws IllegalArgumentException when the file is no model of the llama architecture
    public static LlamaConfig of(GgufFile file) {
        String architecture = file.string("general.architecture").orElse("unknown");
        if (!architecture.equals("llama")) {
            throw new IllegalArgumentException(
                    "the trainer knows base models of architecture llama, this one is " + architecture);
        }
        int hidden = integer(file, "llama.embedding_length");
        int heads = integer(file, "llama.attention.head_count");
        return new LlamaConfig(
                integer(file, "llama.block_count"),
                hidden,
                heads,
                integer(file, "llama.attention.head_count_kv"),
                hidden / heads,
                file.real("llama.rope.freq_base").orElse(10_000),
                file.real("llama.attention.layer_norm_rms_epsilon").orElse(1e-5));
    }

    private static int integer(GgufFile file, String key) {
        return Math.toIntExact(
                file.integer(key).orElseThrow(() -> new IllegalArgumentException("the model file has no " + key)));
    }
}
