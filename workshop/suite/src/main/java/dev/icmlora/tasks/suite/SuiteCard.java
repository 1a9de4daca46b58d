package dev.icmlora.tasks.suite;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import dev.icmlora.tasks.markdown.MarkdownTable;

/// Describes a suite for people: counts by family and split, and the tasks whose domain is small.
public final class SuiteCard {

    /// Below this a task's domain counts as small: it is kept, and the card says so.
    static final int FULL_SIZE = 200;

    private SuiteCard() {}

    /// The card as Markdown.
    public static String markdown(TaskSuite suite) {
        StringBuilder card = new StringBuilder("# Task suite\n\n");
        List<SuiteTask> tasks = suite.tasks();
        card.append(String.format(
                Locale.ROOT,
                "%d tasks in %d families, %,d examples, %,d descriptions.\n\n",
                tasks.size(),
                families(tasks).size(),
                tasks.stream().mapToInt(SuiteTask::size).sum(),
                tasks.stream().mapToInt(t -> t.descriptions().size()).sum()));
        MarkdownTable table =
                new MarkdownTable().text("family").numbers("train", "validation", "held out", "examples a task");
        for (String family : families(tasks)) {
            row(
                    table,
                    suite,
                    family,
                    tasks.stream().filter(task -> task.family().equals(family)).toList());
        }
        row(table, suite, "**all**", tasks);
        card.append(table);
        String small = tasks.stream()
                .filter(task -> task.size() < FULL_SIZE)
                .map(task -> task.id() + " (" + task.size() + ")")
                .collect(Collectors.joining(", "));
        if (!small.isEmpty()) {
            card.append("\nFewer than " + FULL_SIZE + " examples, because the domain has no more: " + small + ".\n");
        }
        return card.toString();
    }

    private static Set<String> families(List<SuiteTask> tasks) {
        return tasks.stream().map(SuiteTask::family).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static void row(MarkdownTable table, TaskSuite suite, String title, List<SuiteTask> tasks) {
        table.row(
                title,
                count(suite, tasks, Split.TRAIN),
                count(suite, tasks, Split.VALIDATION),
                count(suite, tasks, Split.HELD_OUT),
                String.format(
                        Locale.ROOT,
                        "%.0f",
                        tasks.stream().mapToInt(SuiteTask::size).average().orElse(0)));
    }

    private static String count(TaskSuite suite, List<SuiteTask> tasks, Split split) {
        return String.valueOf(
                tasks.stream().filter(task -> suite.splitOf(task) == split).count());
    }
}
