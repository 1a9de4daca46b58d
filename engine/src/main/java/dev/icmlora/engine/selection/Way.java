package dev.icmlora.engine.selection;

/// How a task is served: which weights answer, and whether the prompt shows the task's examples.
public enum Way {
    /// The adapter that was tuned on the examples; the description alone in the prompt.
    TUNED(false),
    /// The adapter that the generator made; the description alone in the prompt.
    GENERATED(false),
    /// The shared adapter B0; the description alone in the prompt.
    SHARED(false),
    /// The shared adapter B0; description and examples in the prompt.
    SHARED_EXAMPLES(true);

    private final boolean showsExamples;

    Way(boolean showsExamples) {
        this.showsExamples = showsExamples;
    }

    public boolean showsExamples() {
        return showsExamples;
    }
}
