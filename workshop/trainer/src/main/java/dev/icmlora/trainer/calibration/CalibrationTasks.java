package dev.icmlora.trainer.calibration;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.request.EngineObserver;
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
import dev.icmlora.trainer.tasks.TaskRunner.Work;

/// What selection is calibrated on: validation tasks, and training tasks with the examples that training held back.
/// Neither held-out tasks nor test examples of training tasks are looked at.
public final class CalibrationTasks {
    /// Most tasks of a group.
    public static final int MOST = 40;

    /// Of a task.
    private static final int EXAMPLES = 5;

    /// Times a task is stated to observe its answers: another description, other examples.
    private static final int TEXT_DRAWS = 2;

    /// The same for labels: few tasks have them.
    private static final int LABEL_DRAWS = 6;

    private static final long SEED = 1;

    private final Engines engines;
    private final TaskRunner runner;
    private final List<Subject> seen;
    private final List<Subject> validation;

    /// @param generator that is calibrated
    /// @param threads of each engine
    /// @param most tasks of a group
    public CalibrationTasks(BaseModelFiles model, File generator, int threads, int most, TaskRunner runner) {
        Set<String> catalogue = GeneratorFile.read(generator.toPath()).manifest().learnedFrom().stream()
                .map(CatalogueEntry::task)
                .collect(Collectors.toSet());
        TaskSuite suite = TaskSuite.create();
        this.engines = new Engines(model, generator, threads);
        this.runner = runner;
        this.seen = drawn(suite.tasks().stream().filter(task -> catalogue.contains(task.id())), true, most);
        this.validation = drawn(
                suite.tasks(Split.VALIDATION).stream().filter(task -> !catalogue.contains(task.id())), false, most);
    }

    private static List<Subject> drawn(Stream<SuiteTask> tasks, boolean seen, int most) {
        List<SuiteTask> shuffled = new ArrayList<>(tasks.toList());
        Collections.shuffle(shuffled, new Random(SEED));
        return shuffled.stream()
                .limit(most)
                .map(task -> new Subject(task, seen))
                .toList();
    }

    /// Serves every task in every way.
    public List<Observation> observe() throws IOException {
        List<Subject> all = Stream.concat(seen.stream(), validation.stream()).toList();
        return observed(
                "tasks",
                all,
                (observer, subject) -> Stream.of(EXAMPLES, 0, 1)
                        .map(brought -> {
                            RandomGenerator random = subject.random(0);
                            return observer.observe(
                                    subject.seen, subject.description(random), subject.learned(), brought, random);
                        })
                        .toList());
    }

    /// Tunes the validation tasks, and answers each input for itself.
    public List<AnswerObservation> texts() throws IOException {
        return answers("texts", TEXT_DRAWS, validation, false);
    }

    /// The same of those whose answers are few different ones: these are the labels.
    public List<AnswerObservation> labels() throws IOException {
        List<Subject> labelled = validation.stream()
                .filter(subject -> subject.task.labels().isPresent())
                .toList();
        return answers("labels", LABEL_DRAWS, labelled, true);
    }

    private List<AnswerObservation> answers(String what, int draws, List<Subject> subjects, boolean labelled)
            throws IOException {
        return observed(what, subjects, (observer, subject) -> {
            Optional<List<String>> labels = labelled ? subject.task.labels() : Optional.empty();
            List<AnswerObservation> answers = new ArrayList<>();
            for (int draw = 0; draw < draws; draw++) {
                RandomGenerator random = subject.random(draw);
                answers.addAll(
                        observer.answers(subject.description(random), subject.learned(), labels, EXAMPLES, random));
            }
            return answers;
        });
    }

    private <R> List<R> observed(String what, List<Subject> subjects, Observing<R> observing) throws IOException {
        return runner.run(what, subjects, subject -> subject.task.id(), engines.observing(observing)).stream()
                .flatMap(List::stream)
                .toList();
    }

    /// A task that is observed.
    private record Subject(SuiteTask task, boolean seen) implements Serializable {

        RandomGenerator random(int draw) {
            return StepRandom.of(SEED * 31 + task.id().hashCode(), draw);
        }

        String description(RandomGenerator random) {
            return PromptSampler.pick(task.descriptions(), random);
        }

        TrainingTask learned() {
            return TrainingTask.of(task);
        }
    }

    @FunctionalInterface
    private interface Observing<R> extends Serializable {
        List<R> of(Observer observer, Subject subject);
    }

    /// Opens an engine for each task: what an engine keeps of one task's prompts would move the rounding of the next
    /// one's, and so the order of the tasks would count.
    private record Engines(BaseModelFiles model, File generator, int threads) implements Serializable {

        <R> Work<Subject, List<R>> observing(Observing<R> observing) {
            return (subjects, done) -> each(subjects, observing, done);
        }

        private <R> void each(Iterator<Subject> subjects, Observing<R> observing, Consumer<List<R>> done) {
            EngineFiles files = EngineFiles.of(
                            model.libraries().toPath(), model.model().toPath())
                    .withGenerator(generator.toPath());
            while (subjects.hasNext()) {
                Subject subject = subjects.next();
                try (Engine engine =
                        EngineLoader.load(files, EngineOptions.DEFAULT.withThreads(threads), EngineObserver.NONE)) {
                    done.accept(observing.of(new Observer(engine), subject));
                }
            }
        }
    }
}
