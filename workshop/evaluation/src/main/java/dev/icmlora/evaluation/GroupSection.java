package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.tasks.family.Families;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// One group of tasks in the report: by condition, then by family.
final class GroupSection {
    /// Columns of the table by family; the others are in the table by condition.
    private static final List<Condition> BY_FAMILY = List.of(
            Condition.PLAIN,
            Condition.SHOTS_5,
            Condition.B0,
            Condition.B0_EXAMPLES,
            Condition.GENERATED,
            Condition.GENERATED_EXAMPLES,
            Condition.AUTO,
            Condition.TUNED);

    private final Results results;

    private GroupSection(Results results) {
        this.results = results;
    }

    static String of(Results results) {
        GroupSection section = new GroupSection(results);
        return "\n## %s: %d %s\n\n"
                        .formatted(
                                section.title(),
                                results.tasks().size(),
                                results.group().meaning())
                + "Prompt tokens: length of an answer's prompt. What an adapter is made from is read once for each task,"
                + " and not counted.\n\n"
                + section.conditions() + "\n" + section.fewerTasks() + section.heldOutFamilies() + section.trained()
                + section.families();
    }

    private String title() {
        String name = results.group().toString();
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private MarkdownTable conditions() {
        MarkdownTable table = new MarkdownTable()
                .text("condition")
                .numbers("tasks", "exact match", "`generated` − it", "prompt tokens")
                .text("what it is");
        for (Condition condition : Condition.values()) {
            Results measured = results.having(condition);
            if (measured.isEmpty()) {
                continue;
            }
            PairedBootstrap difference = results.difference(Condition.GENERATED, condition);
            table.row(
                    Figures.code(condition),
                    String.valueOf(measured.tasks().size()),
                    Figures.interval("%.1f [%.1f, %.1f]", results.exact(condition)),
                    condition == Condition.GENERATED ? "" : Figures.interval("%+.1f [%+.1f, %+.1f]", difference),
                    Figures.format("%.0f", results.promptTokens(condition)),
                    condition.meaning());
        }
        return table;
    }

    /// That it took too long to ask every task with many examples.
    private String fewerTasks() {
        int asked = results.having(Condition.TUNED_64).tasks().size();
        return results.group() != Group.HELD_OUT || asked == results.tasks().size()
                ? ""
                : "%d of the %d tasks, drawn at random, were asked with 16 and 64 examples, as many as there was time for.\n\n"
                        .formatted(asked, results.tasks().size());
    }

    /// Over those tasks alone of whose whole family nothing was trained on.
    private String heldOutFamilies() {
        if (results.group() != Group.HELD_OUT) {
            return "";
        }
        Set<String> families = Families.heldOut();
        Results held = new Results(
                results.group(),
                results.tasks().stream()
                        .filter(task -> families.contains(task.family()))
                        .toList());
        return held.isEmpty()
                ? ""
                : over(held, "%d tasks of families that are held out as a whole", BY_FAMILY.stream());
    }

    /// The strongest conditions over those tasks alone that have an adapter of their own.
    private String trained() {
        Results own = results.having(Condition.OWN);
        return own.isEmpty()
                ? ""
                : over(
                        own,
                        "%d tasks that have " + Figures.code(Condition.OWN),
                        Stream.of(
                                Condition.SHOTS_5,
                                Condition.B0_EXAMPLES,
                                Condition.GENERATED,
                                Condition.GENERATED_EXAMPLES,
                                Condition.AUTO,
                                Condition.TUNED,
                                Condition.OWN));
    }

    private static String over(Results some, String which, Stream<Condition> conditions) {
        return conditions
                .filter(condition -> !some.having(condition).isEmpty())
                .map(condition -> "%s %s".formatted(Figures.code(condition), percent(some, condition)))
                .collect(Collectors.joining(
                        ", ", "Over the " + which.formatted(some.tasks().size()) + ": ", ".\n\n"));
    }

    private MarkdownTable families() {
        MarkdownTable table = new MarkdownTable().text("family").numbers("tasks");
        BY_FAMILY.forEach(condition -> table.numbers(Figures.code(condition)));
        results.families().forEach((family, of) -> row(table, family, of, percent -> percent));
        row(table, "**all**", results, percent -> "**" + percent + "**");
        return table;
    }

    private static void row(MarkdownTable table, String title, Results of, Function<String, String> written) {
        List<String> cells =
                new ArrayList<>(List.of(title, String.valueOf(of.tasks().size())));
        BY_FAMILY.forEach(condition -> cells.add(written.apply(percent(of, condition))));
        table.row(cells);
    }

    private static String percent(Results of, Condition condition) {
        return Figures.format("%.1f", of.mean(task -> task.percent(condition)));
    }
}
