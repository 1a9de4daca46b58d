package dev.icmlora.trainer.eval;

import java.util.Map;

/// What one task scored.
///
/// @param group how the generator knows the task
/// @param inputs test inputs that were answered
/// @param exact share of them answered exactly, by condition
/// @param promptTokens mean tokens in the prompt of an answer, by condition
record TaskResult(
        String task,
        String family,
        Group group,
        int inputs,
        Map<Condition, Double> exact,
        Map<Condition, Double> promptTokens) {

    /// How the generator knows a task.
    enum Group {
        SEEN("seen tasks, test inputs that were never trained on"),
        HELD_OUT("held-out tasks, never trained on");

        private final String meaning;

        Group(String meaning) {
            this.meaning = meaning;
        }

        String meaning() {
            return meaning;
        }
    }
}
