package dev.icmlora.evaluation;

import java.util.Comparator;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TaskResult.Score;
import dev.icmlora.evaluation.TaskResult.Served;

/// The results of one group of tasks, and the figures over them.
record Results(Group group, List<TaskResult> tasks) {

    /// @return the groups that have tasks
    static List<Results> of(List<TaskResult> all) {
        return Stream.of(Group.values())
                .map(group -> new Results(
                        group, all.stream().filter(r -> r.group() == group).toList()))
                .filter(results -> !results.tasks.isEmpty())
                .toList();
    }

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

    private double[] percents(Condition condition) {
        return tasks.stream().mapToDouble(r -> r.percent(condition)).toArray();
    }
}
