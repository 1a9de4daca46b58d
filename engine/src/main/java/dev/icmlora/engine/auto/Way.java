package dev.icmlora.engine.auto;

/// How a task is served: which weights answer, and whether the prompt shows the task's examples beside its
/// description.
public enum Way {
    /// The adapter that was tuned on the examples.
    TUNED(false),
    /// The adapter that the generator made.
    GENERATED(false),
    /// The shared adapter B0.
    SHARED(false),
    /// The shared adapter B0, with the examples in the prompt.
    SHARED_EXAMPLES(true),
    /// The base model alone, where no generator was trained for it.
    BASE(false),
    /// The base model alone, with the examples in the prompt.
    BASE_EXAMPLES(true);

    private final boolean showsExamples;

    Way(boolean showsExamples) {
        this.showsExamples = showsExamples;
    }

    public boolean showsExamples() {
        return showsExamples;
    }
}
