package dev.icmlora.evaluation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.evaluation.Reliability.Judged;

/// The scores of one task.
///
/// @param group how the generator knows the task
/// @param inputs test inputs that were answered
/// @param scores by condition; not every task has an adapter that was trained for it
record TaskResult(String task, String family, Group group, int inputs, Map<Condition, Score> scores) {

    /// @param exact share of the inputs answered exactly
    /// @param promptTokens mean length of an answer's prompt; the function reads less, since a request's inputs
    /// share their beginning
    /// @param served how the function served it; null for a control
    /// @param answers how sure the function is of each; none where it was not asked
    record Score(double exact, double promptTokens, Served served, List<Judged> answers) {}

    /// A reply's details beside its answers.
    ///
    /// @param timingMs by phase
    record Served(FunctionClient.Reply.Selection selection, Map<String, Double> timingMs) {

        /// Of all phases.
        double milliseconds() {
            return timingMs.values().stream().mapToDouble(ms -> ms).sum();
        }
    }

    /// The same with what was asked later.
    TaskResult with(TaskResult later) {
        Map<Condition, Score> all = new EnumMap<>(scores);
        all.putAll(later.scores);
        return new TaskResult(task, family, group, inputs, all);
    }

    /// How the generator knows a task.
    enum Group {
        /// Trained on; its test inputs were not.
        SEEN("seen"),
        HELD_OUT("held-out");

        private final String id;

        Group(String id) {
            this.id = id;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    boolean has(Condition condition) {
        return scores.containsKey(condition);
    }

    Served served(Condition condition) {
        return scores.get(condition).served();
    }

    /// Exact match in percent.
    double percent(Condition condition) {
        return 100 * scores.get(condition).exact();
    }
}
