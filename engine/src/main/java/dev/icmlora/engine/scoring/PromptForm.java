package dev.icmlora.engine.scoring;

/// What a prompt holds beside the input.
public enum PromptForm {
    /// The task's description.
    DESCRIPTION,
    /// The task's description and its examples.
    EXAMPLES
}
