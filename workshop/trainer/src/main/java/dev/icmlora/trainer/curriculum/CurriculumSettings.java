package dev.icmlora.trainer.curriculum;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.TaskSuite;

/// Chooses the tasks to train on.
///
/// @param taskFolder tasks of the user, one file each; empty for the task suite
/// @param match only tasks whose id contains this
/// @param most most tasks, drawn at random
public record CurriculumSettings(Optional<Path> taskFolder, String match, int most) {

    /// The whole task suite.
    public static final CurriculumSettings SUITE = new CurriculumSettings(Optional.empty(), "", Integer.MAX_VALUE);

    /// All tasks of the user.
    public static CurriculumSettings ofFolder(Path taskFolder) {
        return new CurriculumSettings(Optional.of(taskFolder), SUITE.match, SUITE.most);
    }

    /// @param folder of training, where fetched texts are kept
    /// @throws IllegalArgumentException when no task is left
    public Curriculum read(Path folder, PromptFormat format) throws IOException {
        Curriculum all = all(folder, format);
        if (all.learned().isEmpty()) {
            throw new IllegalArgumentException("no task to train on has \"" + match + "\" in its id");
        }
        return all.limited(most);
    }

    /// Every task there is, whatever it is for: a generator may be older than the suite's split.
    public List<TrainingTask> everything(Path folder, PromptFormat format) throws IOException {
        Curriculum all = all(folder, format);
        Stream<TrainingTask> heldOut = taskFolder.isEmpty()
                ? TaskSuite.get().tasks(Split.HELD_OUT).stream().map(TrainingTask::of)
                : Stream.empty();
        return Stream.of(all.learned().stream(), all.validation().stream(), heldOut)
                .flatMap(tasks -> tasks)
                .toList();
    }

    private Curriculum all(Path folder, PromptFormat format) throws IOException {
        return taskFolder.isEmpty()
                ? Curriculum.ofSuite(folder.resolve("text"), id -> id.contains(match))
                : Curriculum.ofFolder(taskFolder.get(), format, id -> id.contains(match));
    }
}
