package dev.icmlora.evaluation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.icmlora.evaluation.TaskResult.Group;

/// Everything that an evaluation found: what every form of the report is made from.
///
/// @param generator name of the generator
/// @param seed of what was drawn
/// @param agreement share of the answers under adapters that function and [Replay] gave alike; null where there are no
/// controls
/// @param results one for each task
/// @param labels one for each held-out task that has labels
/// @param closeness one for each task that has an adapter of its own
/// @param texts one for each text domain
/// @param missingTexts text domains that could not be fetched, and why
public record EvaluationReport(
        String generator,
        long seed,
        Double agreement,
        Storage storage,
        List<TaskResult> results,
        List<LabelResult> labels,
        List<Closeness> closeness,
        List<TextResult> texts,
        Map<String, String> missingTexts,
        TaskMap map) {

    /// In the order in which they were promised.
    List<Target> targets() {
        return Stream.of(GeneratorTargets.of(this), AutoTargets.of(this), TunedTargets.of(this))
                .flatMap(List::stream)
                .toList();
    }

    Optional<Results> group(Group group) {
        return Results.of(results).stream().filter(r -> r.group() == group).findFirst();
    }
}
