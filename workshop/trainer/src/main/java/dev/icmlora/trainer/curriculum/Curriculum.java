package dev.icmlora.trainer.curriculum;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.tasks.folder.TaskFolder;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.tasks.text.TextDomains;

/// What a generator learns from, and what shows how well it does on other tasks.
///
/// @param tasks with one right answer to each input; B0 is learned from these alone
/// @param texts kinds of text to be continued, which the generator learns beside them
/// @param validation tasks that nothing is learned from; a user who has few tasks has none of these
public record Curriculum(List<TrainingTask> tasks, List<TrainingTask> texts, List<TrainingTask> validation) {
    /// With fewer tasks, each is worth more as something to learn from.
    private static final int LEAST_TO_VALIDATE = 10;

    private static final double VALIDATION_SHARE = 0.1;

    /// A kind of text is drawn as often as so many tasks.
    private static final int TEXT_WEIGHT = 4;

    private static final long SEED = 1;

    public Curriculum {
        tasks = List.copyOf(tasks);
        texts = List.copyOf(texts);
        validation = List.copyOf(validation);
    }

    /// The task suite and the text domains that can be had here.
    ///
    /// @param cache folder of what is fetched for text domains
    /// @param wanted by id
    static Curriculum ofSuite(Path cache, Predicate<String> wanted) {
        TaskSuite suite = TaskSuite.get();
        TextDomains texts = TextDomains.fetch(cache, domain -> wanted.test(TrainingTask.idOfText(domain)));
        texts.missing().forEach((domain, why) -> System.err.println("without the texts of " + domain + ": " + why));
        return new Curriculum(
                tasks(suite.tasks(Split.TRAIN), wanted),
                texts.domains().stream().map(TrainingTask::of).toList(),
                tasks(suite.tasks(Split.VALIDATION), wanted));
    }

    /// A user's own tasks; every so many of them validate, if there are enough.
    ///
    /// @throws dev.icmlora.tasks.folder.InvalidTasksException when anything is wrong with one
    static Curriculum ofFolder(Path folder, PromptFormat format, Predicate<String> wanted) throws IOException {
        List<TrainingTask> all = tasks(TaskFolder.of(format).read(folder).tasks(), wanted);
        int validate = all.size() < LEAST_TO_VALIDATE ? 0 : (int) Math.ceil(VALIDATION_SHARE * all.size());
        List<TrainingTask> drawn = shuffled(all).subList(0, validate);
        return new Curriculum(all.stream().filter(task -> !drawn.contains(task)).toList(), List.of(), drawn);
    }

    private static List<TrainingTask> tasks(List<SuiteTask> tasks, Predicate<String> wanted) {
        return tasks.stream()
                .filter(task -> wanted.test(task.id()))
                .map(TrainingTask::of)
                .toList();
    }

    /// With so many of the tasks only, drawn at random: fewer are always among more.
    Curriculum limited(int most) {
        if (most >= tasks.size()) {
            return this;
        }
        List<TrainingTask> drawn = shuffled(tasks).subList(0, most);
        return new Curriculum(tasks.stream().filter(drawn::contains).toList(), texts, validation);
    }

    /// What the generator is for: tasks, then texts.
    public List<TrainingTask> learned() {
        return Stream.concat(tasks.stream(), texts.stream()).toList();
    }

    /// What training draws from: what belongs to each task once, and what belongs to each kind of text several times,
    /// because a kind of text is wider than a task.
    ///
    /// @param ofLearned something of each of [#learned]
    public <T> List<T> drawn(List<T> ofLearned) {
        List<T> drawn = new ArrayList<>(ofLearned.subList(0, tasks.size()));
        for (int i = 0; i < TEXT_WEIGHT; i++) {
            drawn.addAll(ofLearned.subList(tasks.size(), ofLearned.size()));
        }
        return drawn;
    }

    private static List<TrainingTask> shuffled(List<TrainingTask> tasks) {
        List<TrainingTask> shuffled = new ArrayList<>(tasks);
        Collections.shuffle(shuffled, new SplittableRandom(SEED));
        return shuffled;
    }
}
