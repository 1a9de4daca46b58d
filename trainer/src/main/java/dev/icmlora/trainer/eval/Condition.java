package dev.icmlora.trainer.eval;

/// One way to answer, compared with the others on the same inputs.
enum Condition {
    PLAIN("plain", "base model, description in the prompt"),
    EXAMPLES("examples", "base model, description and examples in the prompt"),
    ADAPTER("adapter", "generated adapter, description in the prompt"),
    ADAPTER_EXAMPLES("adapter_examples", "generated adapter, description and examples in the prompt");

    private final String mode;
    private final String meaning;

    Condition(String mode, String meaning) {
        this.mode = mode;
        this.meaning = meaning;
    }

    /// The request's `mode`.
    String mode() {
        return mode;
    }

    String meaning() {
        return meaning;
    }
}
