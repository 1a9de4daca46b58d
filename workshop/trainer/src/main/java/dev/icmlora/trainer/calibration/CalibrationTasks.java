package dev.icmlora.trainer.calibration;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.engine.Engine;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.tasks.TaskRunner;

/// What selection is calibrated on: validation tasks, and training tasks with the examples that training held back.
/// Neither held-out tasks nor test examples of training tasks are looked at.
public final class CalibrationTasks {
    /// Most tasks of a group.
    public static final int MOST = 40;

    /// Of a task.
    private static final int EXAMPLES = 5;

    /// Times a task is stated to observe its answers: another description, other examples.
    public static final int DRAWS = 2;

    /// So many times as often for labels: few tasks have them.
    private static final int MORE_FOR_LABELS = 3;

    private static final long SEED = 1;

    private final Engines engines;
    private final TaskRunner runner;
    private final int draws;
    private final Set<String> catalogue;
    private final List<SuiteTask> seen;
    private final List<SuiteTask> validation;

    /// @param generator that is calibrated
    /// @param threads of each engine
    /// @param most tasks of a group
    /// @param draws times a task is stated to observe its texts, at least 1
    public CalibrationTasks(BaseModelFiles model, File generator, int threads, int most, int draws, TaskRunner runner) {
        this.catalogue = GeneratorFile.read(generator.toPath()).manifest().learnedFrom().stream()
                .map(CatalogueEntry::task)
                .collect(Collectors.toSet());
        TaskSuite suite = TaskSuite.get();
        this.engines = new Engines(model, generator, threads);
        this.runner = runner;
        this.draws = draws;
        this.seen = drawn(suite.tasks().stream().filter(task -> catalogue.contains(task.id())), most);
        this.validation =
                drawn(suite.tasks(Split.VALIDATION).stream().filter(task -> !catalogue.contains(task.id())), most);
    }

    private static List<SuiteTask> drawn(Stream<SuiteTask> tasks, int most) {
        List<SuiteTask> shuffled = new ArrayList<>(tasks.toList());
        Collections.shuffle(shuffled, new Random(SEED));
        return shuffled.subList(0, Math.min(most, shuffled.size()));
    }

    /// Serves every task in every way.
    public List<Observation> observe() throws IOException {
        Set<String> known = catalogue;
        List<SuiteTask> all = Stream.concat(seen.stream(), validation.stream()).toList();
        return observed(
                "tasks",
                all,
                (observer, task) -> Stream.of(EXAMPLES, 0, 1)
                        .map(brought -> {
                            RandomGenerator random = random(task, 0);
                            String description = PromptSampler.pick(task.descriptions(), random);
                            boolean isSeen = known.contains(task.id());
                            return observer.observe(isSeen, description, TrainingTask.of(task), brought, random);
                        })
                        .toList());
    }

    /// Tunes the validation tasks, and answers each input for itself.
    public List<AnswerObservation> texts() throws IOException {
        return answers("texts", draws, false);
    }

    /// The same of those whose answers are few different ones: these are the labels.
    public List<AnswerObservation> labels() throws IOException {
        return answers("labels", MORE_FOR_LABELS * draws, true);
    }

    private List<AnswerObservation> answers(String what, int times, boolean labelled) throws IOException {
        List<SuiteTask> tasks = validation.stream()
                .filter(task -> !labelled || task.labels().isPresent())
                .toList();
        return observed(what, tasks, (observer, task) -> {
            Optional<List<String>> labels = labelled ? task.labels() : Optional.empty();
            List<AnswerObservation> answers = new ArrayList<>();
            for (int draw = 0; draw < times; draw++) {
                RandomGenerator random = random(task, draw);
                String description = PromptSampler.pick(task.descriptions(), random);
                answers.addAll(observer.answers(description, TrainingTask.of(task), labels, EXAMPLES, random));
            }
            return answers;
        });
    }

    private static RandomGenerator random(SuiteTask task, int draw) {
        return StepRandom.of(SEED * 31 + task.id().hashCode(), draw);
    }

    /// Opens an engine for each task: what an engine keeps of one task's prompts would move the rounding of the next
    /// one's, and so the order of the tasks would count.
    private <R> List<R> observed(String what, List<SuiteTask> tasks, Observing<R> observing) throws IOException {
        Engines sent = engines;
        List<List<R>> observed = runner.run(what, tasks, SuiteTask::id, task -> {
            try (Engine engine = sent.open()) {
                return observing.of(new Observer(engine), task);
            }
        });
        return observed.stream().flatMap(List::stream).toList();
    }

    @FunctionalInterface
    private interface Observing<R> extends Serializable {
        List<R> of(Observer observer, SuiteTask task);
    }

    private record Engines(BaseModelFiles model, File generator, int threads) implements Serializable {
        Engine open() {
            return model.engine(generator, threads);
        }
    }
}
