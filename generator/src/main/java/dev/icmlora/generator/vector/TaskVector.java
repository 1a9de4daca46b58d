package dev.icmlora.generator.vector;

/// A task as the base model sees it: three hidden states, of the layer that the generator was trained with, and
/// which of them are present.
///
/// Layout of `values`, each part `hidden` floats wide: the state at the description's last token; the mean over the
/// positions that predict an answer's first token; the mean over the answers' last tokens; then two flags (1 or 0):
/// there is a description, there are examples. An absent part is zero.
///
/// This departs from ICM-LoRA section 3.2, which reads the last token of the model *with the task's LoRA attached*:
/// a new task has no LoRA yet.
///
/// @param values `3 * hidden + 2` floats, not standardised
public record TaskVector(float[] values) {
    /// Length of a task vector for a base model of `hidden` units.
    public static int length(int hidden) {
        return 3 * hidden + 2;
    }
}
