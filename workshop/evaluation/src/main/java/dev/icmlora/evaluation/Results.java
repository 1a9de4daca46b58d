package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TaskResult.Score;
import dev.icmlora.evaluation.TaskResult.Served;
import dev.icmlora.tasks.family.Families;

/// The results of one group of tasks, and the figures over them.
record Results(Group group, List<TaskResult> tasks) {

    /// Those that are shown of parts of a group.
    static final List<Condition> MAIN = List.of(
            Condition.PLAIN,
            Condition.SHOTS_5,
            Condition.B0,
            Condition.B0_EXAMPLES,
            Condition.GENERATED,
            Condition.GENERATED_EXAMPLES,
            Condition.AUTO,
            Condition.TUNED,
            Condition.OWN);

    /// Those tasks that were answered under all of these conditions.
    Results having(Condition... conditions) {
        return new Results(
                group,
                tasks.stream()
                        .filter(task -> Stream.of(conditions).allMatch(task::has))
                        .toList());
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /// Exact match in percent, over the tasks that have the condition.
    PairedBootstrap exact(Condition condition) {
        return PairedBootstrap.of(having(condition).percents(condition));
    }

    /// Points by which one condition is better than another, over the tasks that have both.
    PairedBootstrap difference(Condition a, Condition b) {
        return PairedBootstrap.of(having(a, b).tasks.stream()
                .mapToDouble(r -> r.percent(a) - r.percent(b))
                .toArray());
    }

    /// Over the tasks that have both.
    PairedBootstrap ratio(Condition a, Condition b) {
        Results both = having(a, b);
        return PairedBootstrap.ratio(both.percents(a), both.percents(b));
    }

    double promptTokens(Condition condition) {
        return having(condition).tasks.stream()
                .map(r -> r.scores().get(condition))
                .mapToDouble(Score::promptTokens)
                .average()
                .orElseThrow();
    }

    /// Over all tasks.
    double mean(ToDoubleFunction<TaskResult> figure) {
        return tasks.stream().mapToDouble(figure).average().orElseThrow();
    }

    /// Over the tasks that the function served so.
    double median(Condition condition, ToDoubleFunction<Served> figure) {
        double[] sorted = having(condition).tasks.stream()
                .map(task -> task.served(condition))
                .mapToDouble(figure)
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    /// Of all answers under a condition.
    Reliability reliability(Condition condition) {
        return new Reliability(having(condition).tasks.stream()
                .flatMap(task -> task.scores().get(condition).answers().stream())
                .toList());
    }

    /// The strongest of several conditions.
    Condition best(Condition... conditions) {
        return Stream.of(conditions)
                .max(Comparator.comparingDouble(condition -> exact(condition).value()))
                .orElseThrow();
    }

    /// By family, in alphabetical order.
    SequencedMap<String, Results> families() {
        return tasks.stream()
                .collect(Collectors.groupingBy(
                        TaskResult::family,
                        TreeMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), list -> new Results(group, list))));
    }

    /// For the report: each condition, how sure the function is of its answers, and what mode `auto` chose. Then the
    /// main conditions, over tasks of families held out as a whole, and over those with an adapter of their own.
    List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        for (Condition condition : Condition.values()) {
            if (!having(condition).isEmpty()) {
                figures.add(
                        Figure.of("%s: `%s`, %s".formatted(group, condition, condition.meaning()), figure(condition)));
            }
        }
        Stream.of(Condition.values())
                .filter(condition -> !reliability(condition).isEmpty())
                .forEach(condition -> figures.add(Figure.of(
                        "%s: confidence of `%s`".formatted(group, condition),
                        reliability(condition).figure())));
        choices().ifPresent(choices -> figures.add(Figure.of(group + ": served by `auto`", choices)));
        over(
                        "families held out as a whole",
                        new Results(
                                group,
                                tasks.stream()
                                        .filter(task -> isHeldOut(task.family()))
                                        .toList()))
                .ifPresent(figures::add);
        over("tasks that have `own`", having(Condition.OWN)).ifPresent(figures::add);
        return figures;
    }

    private String figure(Condition condition) {
        List<TaskResult> asked = having(condition).tasks;
        boolean request = asked.getFirst().served(condition) != null;
        return Figure.interval("%.1f [%.1f, %.1f]", exact(condition))
                + Figure.format(", %.0f prompt tokens", promptTokens(condition))
                + (request ? Figure.format(", %.0f ms", median(condition, Served::milliseconds)) : "")
                + (asked.size() == tasks.size() ? "" : ", %d of %d tasks".formatted(asked.size(), tasks.size()));
    }

    private Optional<String> choices() {
        SortedMap<String, Long> choices = having(Condition.AUTO).tasks.stream()
                .map(task -> task.served(Condition.AUTO).selection())
                .map(selection -> selection.strength() == 0 ? selection.served() + " with B0" : selection.served())
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        return choices.isEmpty()
                ? Optional.empty()
                : Optional.of(choices.entrySet().stream()
                        .map(choice -> choice.getKey() + " " + choice.getValue())
                        .collect(Collectors.joining(", ")));
    }

    private boolean isHeldOut(String family) {
        return group == Group.HELD_OUT && Families.heldOut().contains(family);
    }

    private static Optional<Figure> over(String which, Results some) {
        return some.isEmpty()
                ? Optional.empty()
                : Optional.of(Figure.of(
                        "%s: the %d %s".formatted(some.group, some.tasks.size(), which),
                        MAIN.stream()
                                .filter(condition -> !some.having(condition).isEmpty())
                                .map(condition -> Figure.format(
                                        "`%s` %.1f",
                                        condition, some.having(condition).mean(task -> task.percent(condition))))
                                .collect(Collectors.joining(", "))));
    }

    private double[] percents(Condition condition) {
        return tasks.stream().mapToDouble(r -> r.percent(condition)).toArray();
    }
}
