package dev.icmlora.evaluation;

import java.util.List;
import java.util.Map;

import dev.icmlora.evaluation.TaskResult.Group;

/// What one task scored, served in every way.
///
/// @param heldOutFamily whether its whole family was held out
/// @param outcomes by way
record SelectionResult(
        String task, String family, Group group, boolean heldOutFamily, int inputs, Map<Way, Outcome> outcomes) {

    /// @param exact share of the inputs that were answered exactly
    /// @param promptTokens mean length of an answer's prompt
    /// @param served mode that answered
    /// @param kind where the serving weights came from; null where the request named its mode
    /// @param confidence that was stated; null where the request named its mode
    /// @param evidenceTokens read to compare candidates; null where the request named its mode
    /// @param candidates that were compared
    /// @param milliseconds of all phases
    /// @param timingMs by phase
    record Outcome(
            double exact,
            double promptTokens,
            String served,
            String kind,
            Double confidence,
            Integer evidenceTokens,
            List<FunctionClient.Reply.Candidate> candidates,
            double milliseconds,
            Map<String, Double> timingMs) {}

    double exact(Way way) {
        return outcomes.get(way).exact();
    }
}
