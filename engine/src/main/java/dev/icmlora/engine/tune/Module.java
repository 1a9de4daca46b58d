package dev.icmlora.engine.tune;

import java.util.Arrays;
import java.util.Optional;

/// A matrix of a layer, which a LoRA may change.
public enum Module {
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
    public String file() {
        return file;
    }

    /// Features that it takes.
    ///
    /// @param inner features inside the feed-forward part
    long in(BaseModelShape shape, long inner) {
        return switch (this) {
            case QUERY, KEY, VALUE, GATE, UP -> shape.width();
            case ATTENTION_OUTPUT -> shape.queryWidth();
            case DOWN -> inner;
        };
    }

    /// Features that it gives.
    ///
    /// @param inner features inside the feed-forward part
    long out(BaseModelShape shape, long inner) {
        return switch (this) {
            case QUERY -> shape.queryWidth();
            case KEY, VALUE -> shape.kvWidth();
            case GATE, UP -> inner;
            case ATTENTION_OUTPUT, DOWN -> shape.width();
        };
    }

    static Optional<Module> of(String file) {
        return Arrays.stream(values())
                .filter(module -> module.file.equals(file))
                .findFirst();
    }
}
