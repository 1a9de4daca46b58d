package dev.icmlora.trainer.calibration;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
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
///
/// @param most most tasks of a group
/// @param draws times each task is stated
/// @param examples of a task
/// @param seed of what is drawn
/// @param suiteSeed seed of the task suite
public record CalibrationTasks(int most, int draws, int examples, long seed, long suiteSeed) {
    /// Times a task is stated to observe its answers: another description, other examples.
    private static final int TEXT_DRAWS = 2;
    /// The same for labels: few tasks have them.
    private static final int LABEL_DRAWS = 6;

    /// Serves every task in every way.
    public List<Observation> observe(Engine engine) {
        Set<String> catalogue = catalogue(engine);
        TaskSuite suite = TaskSuite.create(suiteSeed);
        List<SuiteTask> seen = new ArrayList<>();
        suite.tasks().stream().filter(task -> catalogue.contains(task.id())).forEach(seen::add);
        List<SuiteTask> subjects = new ArrayList<>(drawn(seen));
        subjects.addAll(validation(engine));

        Observer observer = new Observer(engine);
        List<Observation> observations = new ArrayList<>();
        Set<SuiteTask> trained = new HashSet<>(seen);
        try (ProgressBar bar = new ProgressBar("tasks", subjects.size())) {
            for (SuiteTask subject : subjects) {
                for (int draw = 0; draw < draws; draw++) {
                    for (int brought : List.of(examples, 0, 1)) {
                        observations.add(observe(observer, subject, trained.contains(subject), brought, draw));
                    }
                }
                bar.step();
            }
        }
        return observations;
    }

    /// Tunes the validation tasks, and answers each input for itself.
    public List<AnswerObservation> texts(Engine engine) {
        Observer observer = new Observer(engine);
        List<AnswerObservation> observations = new ArrayList<>();
        List<SuiteTask> subjects = validation(engine);
        for (int draw = 0; draw < TEXT_DRAWS * draws; draw++) {
            for (SuiteTask subject : ProgressBar.wrap(subjects, "texts")) {
                TrainingTask task = TrainingTask.of(subject);
                RandomGenerator random = random(subject, draw);
                String description = PromptSampler.pick(subject.descriptions(), random);
                observations.addAll(observer.texts(description, task.examples(), task.heldBack(), examples, random));
            }
        }
        return observations;
    }

    /// The same of those whose answers are few different ones: these are the labels.
    public List<AnswerObservation> labels(Engine engine) {
        Observer observer = new Observer(engine);
        List<AnswerObservation> observations = new ArrayList<>();
        List<SuiteTask> subjects = validation(engine).stream()
                .filter(subject -> subject.labels().isPresent())
                .toList();
        for (int draw = 0; draw < LABEL_DRAWS * draws; draw++) {
            for (SuiteTask subject : ProgressBar.wrap(subjects, "labels")) {
                TrainingTask task = TrainingTask.of(subject);
                RandomGenerator random = random(subject, draw);
                String description = PromptSampler.pick(subject.descriptions(), random);
                observations.addAll(observer.labels(
                        description,
                        task.examples(),
                        task.heldBack(),
                        subject.labels().orElseThrow(),
                        examples,
                        random));
            }
        }
        return observations;
    }

    private static Set<String> catalogue(Engine engine) {
        return engine.manifest().learnedFrom().stream()
                .map(CatalogueEntry::task)
                .collect(Collectors.toSet());
    }

    private List<SuiteTask> validation(Engine engine) {
        Set<String> catalogue = catalogue(engine);
        List<SuiteTask> others = new ArrayList<>(TaskSuite.create(suiteSeed).tasks(Split.VALIDATION));
        others.removeIf(task -> catalogue.contains(task.id()));
        return drawn(others);
    }

    private List<SuiteTask> drawn(List<SuiteTask> tasks) {
        Collections.shuffle(tasks, new Random(seed));
        return tasks.subList(0, Math.min(most, tasks.size()));
    }

    private RandomGenerator random(SuiteTask subject, int draw) {
        return StepRandom.of(seed * 31 + subject.id().hashCode(), draw);
    }

    private Observation observe(Observer observer, SuiteTask subject, boolean seen, int brought, int draw) {
        RandomGenerator random = random(subject, draw);
        String description = PromptSampler.pick(subject.descriptions(), random);
        TrainingTask task = TrainingTask.of(subject);
        return observer.observe(seen, description, task.examples(), task.heldBack(), brought, random);
    }
}
