package dev.icmlora.trainer.calibration;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import me.tongfei.progressbar.ProgressBar;

import dev.icmlora.engine.Engine;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.curriculum.TrainingTask;

/// What selection is calibrated on: validation tasks, and training tasks with the examples that training held back.
/// Neither held-out tasks nor test examples of training tasks are looked at.
public final class CalibrationTasks {
    /// Most tasks of a group.
    private static final int MOST = 40;

    /// Of a task.
    private static final int EXAMPLES = 5;

    /// Times a task is stated to observe its answers: another description, other examples.
    private static final int TEXT_DRAWS = 2;

    /// The same for labels: few tasks have them.
    private static final int LABEL_DRAWS = 6;

    private static final long SEED = 1;

    private final Observer observer;
    private final List<SuiteTask> seen;
    private final List<SuiteTask> validation;

    public CalibrationTasks(Engine engine) {
        Set<String> catalogue = engine.manifest().learnedFrom().stream()
                .map(CatalogueEntry::task)
                .collect(Collectors.toSet());
        TaskSuite suite = TaskSuite.create();
        this.observer = new Observer(engine);
        this.seen = drawn(suite.tasks().stream()
                .filter(task -> catalogue.contains(task.id()))
                .toList());
        this.validation = drawn(suite.tasks(Split.VALIDATION).stream()
                .filter(task -> !catalogue.contains(task.id()))
                .toList());
    }

    private static List<SuiteTask> drawn(List<SuiteTask> tasks) {
        List<SuiteTask> shuffled = new ArrayList<>(tasks);
        Collections.shuffle(shuffled, new Random(SEED));
        return shuffled.subList(0, Math.min(MOST, shuffled.size()));
    }

    /// Serves every task in every way.
    public List<Observation> observe() {
        List<Observation> observations = new ArrayList<>();
        try (ProgressBar bar = new ProgressBar("tasks", seen.size() + validation.size())) {
            for (List<SuiteTask> group : List.of(seen, validation)) {
                for (SuiteTask subject : group) {
                    for (int brought : List.of(EXAMPLES, 0, 1)) {
                        RandomGenerator random = random(subject, 0);
                        String description = PromptSampler.pick(subject.descriptions(), random);
                        observations.add(observer.observe(
                                group == seen, description, TrainingTask.of(subject), brought, random));
                    }
                    bar.step();
                }
            }
        }
        return observations;
    }

    /// Tunes the validation tasks, and answers each input for itself.
    public List<AnswerObservation> texts() {
        return answers("texts", TEXT_DRAWS, validation, _ -> Optional.empty());
    }

    /// The same of those whose answers are few different ones: these are the labels.
    public List<AnswerObservation> labels() {
        List<SuiteTask> labelled = validation.stream()
                .filter(subject -> subject.labels().isPresent())
                .toList();
        return answers("labels", LABEL_DRAWS, labelled, SuiteTask::labels);
    }

    private List<AnswerObservation> answers(
            String what, int draws, List<SuiteTask> subjects, Function<SuiteTask, Optional<List<String>>> labels) {
        List<AnswerObservation> observations = new ArrayList<>();
        for (int draw = 0; draw < draws; draw++) {
            for (SuiteTask subject : ProgressBar.wrap(subjects, what)) {
                RandomGenerator random = random(subject, draw);
                String description = PromptSampler.pick(subject.descriptions(), random);
                observations.addAll(observer.answers(
                        description, TrainingTask.of(subject), labels.apply(subject), EXAMPLES, random));
            }
        }
        return observations;
    }

    private static RandomGenerator random(SuiteTask subject, int draw) {
        return StepRandom.of(SEED * 31 + subject.id().hashCode(), draw);
    }
}
