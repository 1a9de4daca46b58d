package dev.icmlora.evaluation;

import java.util.Locale;

/// One way to serve that the evaluation of selection compares.
enum Way {
    PLAIN("plain", null, false, "base model, description"),
    EXAMPLES("examples", null, true, "base model, description and examples"),
    B0("adapter", 0.0, false, "B0, description"),
    B0_EXAMPLES("adapter_examples", 0.0, true, "B0, description and examples"),
    ADAPTER("adapter", null, false, "generated adapter, description"),
    ADAPTER_EXAMPLES("adapter_examples", null, true, "generated adapter, description and examples"),
    AUTO("auto", null, false, "chosen on the request's own examples");

    private final String mode;
    private final Double strength;
    private final boolean showsExamples;
    private final String meaning;

    Way(String mode, Double strength, boolean showsExamples, String meaning) {
        this.mode = mode;
        this.strength = strength;
        this.showsExamples = showsExamples;
        this.meaning = meaning;
    }

    /// The request's `mode`.
    String mode() {
        return mode;
    }

    /// The request's `strength`; null where it is not named.
    Double strength() {
        return strength;
    }

    /// Whether the prompt holds the examples; for those that choose, the reply says so.
    boolean showsExamples() {
        return showsExamples;
    }

    boolean chooses() {
        return this == AUTO;
    }

    String meaning() {
        return meaning;
    }

    String label() {
        return "`" + name().toLowerCase(Locale.ROOT) + "`";
    }
}
