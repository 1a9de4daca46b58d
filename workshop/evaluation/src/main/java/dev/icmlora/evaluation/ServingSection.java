package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TaskResult.Served;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// What mode `auto` chose, and how long requests took.
final class ServingSection {
    private static final List<String> PHASES = List.of("fingerprint", "generate", "apply", "tune", "prompt", "decode");

    private ServingSection() {}

    static String of(EvaluationReport report) {
        return "\n## What `auto` served\n\n" + choices(report) + "\n## Time of a request\n\n"
                + "Milliseconds, median over tasks. What the function kept of an earlier request of the same task is not"
                + " done again.\n\n"
                + times(report.results());
    }

    private static MarkdownTable choices(EvaluationReport report) {
        Map<String, Long> seen = choices(report.group(Group.SEEN));
        Map<String, Long> heldOut = choices(report.group(Group.HELD_OUT));
        TreeSet<String> all = new TreeSet<>(seen.keySet());
        all.addAll(heldOut.keySet());
        MarkdownTable table = new MarkdownTable().text("mode").numbers("seen", "held-out");
        all.forEach(choice -> table.row(
                choice,
                String.valueOf(seen.getOrDefault(choice, 0L)),
                String.valueOf(heldOut.getOrDefault(choice, 0L))));
        return table;
    }

    private static Map<String, Long> choices(Optional<Results> results) {
        return results.stream()
                .flatMap(of -> of.tasks().stream())
                .map(task -> task.served(Condition.AUTO).selection())
                .map(selection -> selection.strength() == 0 ? selection.served() + ", B0" : selection.served())
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }

    private static MarkdownTable times(List<TaskResult> tasks) {
        MarkdownTable table = new MarkdownTable().text("condition").numbers(PHASES.toArray(String[]::new));
        table.numbers("all");
        Results results = new Results(Group.SEEN, tasks);
        for (Condition condition : Condition.values()) {
            if (condition.source() instanceof Condition.Request
                    && !results.having(condition).isEmpty()) {
                List<String> cells = new ArrayList<>(List.of(Figures.code(condition)));
                PHASES.forEach(phase -> cells.add(Figures.format(
                        "%.0f",
                        results.median(condition, served -> served.timingMs().get(phase)))));
                cells.add(Figures.format("%.0f", results.median(condition, Served::milliseconds)));
                table.row(cells);
            }
        }
        return table;
    }
}
