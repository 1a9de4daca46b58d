package dev.icmlora.function.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/// A way to serve a request.
public enum Mode {
    /// The function tunes on the task's examples if there are enough, and otherwise decides by how near the task is
    /// to those that the generator was trained on. Beside the id of an adapter, which is a choice already, this is
    /// [#ADAPTER].
    @JsonProperty("auto")
    AUTO,
    /// Generated adapter on, the description in the prompt, no examples there.
    @JsonProperty("adapter")
    ADAPTER,
    /// Generated adapter on, description and examples in the prompt.
    @JsonProperty("adapter_examples")
    ADAPTER_EXAMPLES,
    /// An adapter that was tuned on the task's examples by a few gradient steps, the description in the prompt, no
    /// examples there.
    @JsonProperty("tuned")
    TUNED,
    /// The base model with description and examples in the prompt: in-context learning.
    @JsonProperty("examples")
    EXAMPLES,
    /// The base model with the description in the prompt.
    @JsonProperty("plain")
    PLAIN;

    /// Whether an adapter takes part.
    public boolean usesAdapter() {
        return this != EXAMPLES && this != PLAIN;
    }

    /// Whether it may tune on the task's examples.
    public boolean tunes() {
        return this == AUTO || this == TUNED;
    }

    /// Whether the prompt holds the task's examples.
    public boolean showsExamples() {
        return this == ADAPTER_EXAMPLES || this == EXAMPLES;
    }
}
