package dev.icmlora.engine.tune;

import java.util.Arrays;
import java.util.Optional;

/// A matrix of a layer, which a LoRA may change.
enum Module {
    QUERY("attn_q"),
    KEY("attn_k"),
    VALUE("attn_v"),
    ATTENTION_OUTPUT("attn_output"),
    GATE("ffn_gate"),
    UP("ffn_up"),
    DOWN("ffn_down");

    private final String file;

    Module(String file) {
        this.file = file;
    }

    /// Its name in model and adapter files.
    String file() {
        return file;
    }

    static Optional<Module> of(String file) {
        return Arrays.stream(values())
                .filter(module -> module.file.equals(file))
                .findFirst();
    }
}
