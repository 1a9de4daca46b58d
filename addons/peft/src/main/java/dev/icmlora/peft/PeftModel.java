package dev.icmlora.peft;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.icmlora.generator.adapter.AdapterFormat;
import dev.icmlora.generator.adapter.InvalidAdapterException;

/// The base model as PEFT knows it: the original that the GGUF file was converted from.
///
/// llama.cpp interleaves the two halves of each head of queries and keys when it converts a `LlamaForCausalLM` and
/// its like (`undo_permute` in `convert_hf_to_gguf.py`), so their rows stand in another order there.
///
/// @param name for people
/// @param heads query heads whose rows are interleaved, 0 where they stand as in the original
/// @param kvHeads key heads whose rows are
public record PeftModel(String name, int heads, int kvHeads) {

    /// Architectures whose rows are interleaved, by GGUF's names.
    private static final Set<String> INTERLEAVED = Set.of("llama", "smollm3", "granite");

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

    /// Where positions turn the halves of a head against each other, as in the original, nothing had to be interleaved.
    ///
    /// @throws InvalidAdapterException if it is not known of the architecture how its rows stand
    public static PeftModel of(AdapterFormat.BaseModel base) {
        if (base.turnsHalves()) {
            return new PeftModel(base.name(), 0, 0);
        }
        if (INTERLEAVED.contains(base.architecture())) {
            return new PeftModel(base.name(), base.heads(), base.kvHeads());
        }
        throw new InvalidAdapterException(
                "",
                INTERLEAVED.stream().sorted().toList(),
                base.architecture(),
                "cannot be PEFT's: how its rows stand in a base model of the architecture " + base.architecture()
                        + " is not known; GGUF's form can be used");
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
