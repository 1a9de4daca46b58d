package dev.icmlora.generator.adapter.peft;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The base model as PEFT knows it: the original that the GGUF file was converted from.
///
/// llama.cpp interleaves the two halves of each head of queries and keys when it converts a `LlamaForCausalLM` or a
/// `MistralForCausalLM`, so their rows stand in another order there.
///
/// @param name for people
/// @param heads query heads whose rows are interleaved, 0 where they stand as in the original
/// @param kvHeads key heads whose rows are
public record PeftModel(String name, int heads, int kvHeads) {

    /// GGUF's name of both.
    private static final String INTERLEAVED = "llama";

    /// GGUF's name of a module to the original's.
    private static final Map<String, String> MODULES = Map.of(
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_output", "self_attn.o_proj",
            "ffn_gate", "mlp.gate_proj",
            "ffn_up", "mlp.up_proj",
            "ffn_down", "mlp.down_proj");

    private static final Map<String, String> GGUF_NAMES =
            MODULES.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

    /// @param architecture in the GGUF file's `general.architecture`
    /// @param heads query heads
    /// @param kvHeads key and value heads
    public static PeftModel of(String name, String architecture, int heads, int kvHeads) {
        return architecture.equals(INTERLEAVED) ? new PeftModel(name, heads, kvHeads) : new PeftModel(name, 0, 0);
    }

    /// The original's name of a module.
    ///
    /// @throws IllegalArgumentException if it is no module of a layer
    static String original(String module) {
        return known(module, MODULES::get);
    }

    /// GGUF's name of a module.
    ///
    /// @throws IllegalArgumentException if it is no module of a layer
    static String gguf(String original) {
        return known(original, GGUF_NAMES::get);
    }

    private static String known(String name, Function<String, String> names) {
        var other = names.apply(name);
        if (other == null) {
            throw new IllegalArgumentException("no module of a layer: " + name);
        }
        return other;
    }

    /// Where each row of the original's weight stands in GGUF's: `original[i]` is `gguf[order[i]]`.
    ///
    /// @param module GGUF's name
    /// @throws IllegalArgumentException if the rows cannot be those of the model's heads
    int[] rowOrder(String module, int rows) {
        return switch (module) {
            case "attn_q" -> halves(rows, heads);
            case "attn_k" -> halves(rows, kvHeads);
            default -> halves(rows, 0);
        };
    }

    private static int[] halves(int rows, int heads) {
        var order = new int[rows];
        if (heads > 0 && rows % (2 * heads) != 0) {
            throw new IllegalArgumentException("%d rows are not those of %d heads".formatted(rows, heads));
        }
        var size = heads == 0 ? rows : rows / heads;
        for (var row = 0; row < rows; row++) {
            var within = row % size;
            order[row] = heads == 0 ? row : row - within + 2 * (within % (size / 2)) + within / (size / 2);
        }
        return order;
    }
}
