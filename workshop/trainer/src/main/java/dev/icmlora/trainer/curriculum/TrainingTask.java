package dev.icmlora.trainer.curriculum;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.text.TextDomain;

/// A task's examples as training sees them: some to learn from, some held back to validate with. The task's test
/// examples are never looked at.
public record TrainingTask(SuiteTask task, List<Example> examples, List<Example> heldBack) implements Serializable {
    private static final int HELD_BACK = 24;
    private static final String TEXT = "text";

    /// What some tasks are called together.
    public static String names(List<TrainingTask> tasks) {
        return tasks.stream().map(task -> task.task.id()).collect(Collectors.joining(", "));
    }

    /// The task of going on with a kind of text.
    public static TrainingTask of(TextDomain domain) {
        return of(new SuiteTask(idOfText(domain.name()), TEXT, domain.descriptions(), domain.train(), domain.test()));
    }

    /// @param domain name of a text domain
    static String idOfText(String domain) {
        return TEXT + "/" + domain;
    }

    public static TrainingTask of(SuiteTask task) {
        int learned = task.train().size() - Math.min(HELD_BACK, task.train().size() / 4);
        return new TrainingTask(
                task,
                List.copyOf(task.train().subList(0, learned)),
                List.copyOf(task.train().subList(learned, task.train().size())));
    }
}
