package dev.icmlora.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.icmlora.trainer.eval.TaskResult.Group;

/// The results as tables, for people.
///
/// @param generator name of the generator
/// @param examples examples that each request brought
/// @param results one for each task
record EvaluationReport(String generator, int examples, List<TaskResult> results) {

    String markdown() {
        StringBuilder out = new StringBuilder();
        out.append(format(
                "Generator \"%s\", served over HTTP with the quantised model, %d examples a request. Exact match in"
                        + " percent, mean over tasks; differences in points with a 95 %% interval by paired bootstrap"
                        + " over tasks.%n",
                generator, examples));
        for (Group group : Group.values()) {
            List<TaskResult> members =
                    results.stream().filter(r -> r.group() == group).toList();
            if (!members.isEmpty()) {
                append(out, group, members);
            }
        }
        return out.toString();
    }

    private void append(StringBuilder out, Group group, List<TaskResult> members) {
        out.append(format("%n## %s: %s%n%n", title(group.name()), group.meaning()));
        row(out, "family", "tasks", Condition::mode);
        out.append("|---|--:|--:|--:|--:|--:|%n".formatted());
        Map<String, List<TaskResult>> families =
                members.stream().collect(Collectors.groupingBy(TaskResult::family, TreeMap::new, Collectors.toList()));
        families.forEach((family, tasks) -> row(out, family, String.valueOf(tasks.size()), c -> percent(tasks, c)));
        row(out, "**all**", String.valueOf(members.size()), c -> "**" + percent(members, c) + "**");
        row(
                out,
                "tokens read per answer",
                "",
                c -> format("%.0f", mean(members, r -> r.promptTokens().get(c))));
        out.append(format("%n"));
        compare(out, members, Condition.ADAPTER, Condition.PLAIN);
        compare(out, members, Condition.ADAPTER, Condition.EXAMPLES);
        compare(out, members, Condition.ADAPTER_EXAMPLES, Condition.EXAMPLES);
    }

    private static void row(StringBuilder out, String first, String second, Function<Condition, String> cell) {
        List<String> cells = new ArrayList<>(List.of(first, second));
        for (Condition condition : Condition.values()) {
            cells.add(cell.apply(condition));
        }
        out.append(format("| %s |%n", String.join(" | ", cells)));
    }

    private static void compare(StringBuilder out, List<TaskResult> members, Condition a, Condition b) {
        PairedBootstrap difference = PairedBootstrap.of(members.stream()
                .mapToDouble(r -> 100 * (r.exact().get(a) - r.exact().get(b)))
                .toArray());
        out.append(format(
                "- `%s` − `%s`: %+.1f points [%+.1f, %+.1f]%n",
                a.mode(), b.mode(), difference.mean(), difference.low(), difference.high()));
    }

    private static String percent(List<TaskResult> tasks, Condition condition) {
        return format("%.1f", 100 * mean(tasks, r -> r.exact().get(condition)));
    }

    private static double mean(List<TaskResult> tasks, Function<TaskResult, Double> value) {
        return tasks.stream().mapToDouble(value::apply).average().orElseThrow();
    }

    private static String title(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
