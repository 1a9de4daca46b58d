package dev.icmlora.trainer.session;

import dev.icmlora.trainer.curriculum.Curriculum;
import dev.icmlora.trainer.curriculum.TrainingTask;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import picocli.CommandLine.Option;

import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.TaskSuite;

/// Options that say which tasks are trained on.
final class CurriculumOptions {
    /// Most tokens of an example with its description: what fits into a step's batch several times.
    static final int MOST_TOKENS = 512;

    @Option(
            names = "--task-folder",
            paramLabel = "FOLDER",
            description = "Your own tasks, one .jsonl file each, instead of the task suite.")
    private Path tasks;

    @Option(
            names = "--suite-seed",
            description = "Seed of the task suite, or of the split of your own tasks (default: ${DEFAULT-VALUE}).")
    long suiteSeed = 1;

    @Option(
            names = "--match",
            paramLabel = "TEXT",
            description = "Only tasks whose id contains this, to try things out.")
    private String match = "";

    @Option(
            names = "--most-tasks",
            paramLabel = "N",
            description = "Train on so many tasks only, drawn at random (default: all).")
    private int most = Integer.MAX_VALUE;

    @Option(
            names = "--practice",
            paramLabel = "N",
            description =
                    "For task vectors and the generator: beside the suite's tasks, so many with rules drawn at random"
                            + " (default: ${DEFAULT-VALUE}).")
    int practice = 0;

    /// @param folder of training, where fetched texts are kept
    /// @throws IllegalArgumentException when no task is left
    Curriculum read(Path folder, PromptFormat format) throws IOException {
        Curriculum all = all(folder, format);
        if (all.learned().isEmpty()) {
            throw new IllegalArgumentException("no task to train on has \"" + match + "\" in its id");
        }
        return all.limited(most, suiteSeed);
    }

    /// Every task there is, whatever it is for: a generator may be older than the suite's split.
    List<TrainingTask> everything(Path folder, PromptFormat format) throws IOException {
        Curriculum all = all(folder, format);
        Stream<TrainingTask> heldOut = tasks == null
                ? TaskSuite.create(suiteSeed).tasks(Split.HELD_OUT).stream().map(TrainingTask::of)
                : Stream.empty();
        return Stream.of(all.learned().stream(), all.validation().stream(), heldOut)
                .flatMap(tasks -> tasks)
                .toList();
    }

    /// The task to train on that has an id, whatever `--match` and `--most-tasks` say.
    ///
    /// @throws IllegalArgumentException when there is none of that id
    TrainingTask learned(String id, Path folder, PromptFormat format) throws IOException {
        // Texts are fetched one by one; the split of a user's own tasks depends on all of them.
        Curriculum curriculum = tasks == null
                ? Curriculum.ofSuite(suiteSeed, folder.resolve("text"), 0, id::equals)
                : Curriculum.ofFolder(tasks, format, MOST_TOKENS, suiteSeed, any -> true);
        return curriculum.learned().stream()
                .filter(task -> task.task().id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no task to train on has the id \"" + id
                        + "\": the suite's" + " are those of `icm-lora suite --show 1`, a folder's are user/FILE"));
    }

    private Curriculum all(Path folder, PromptFormat format) throws IOException {
        return tasks == null
                ? Curriculum.ofSuite(suiteSeed, folder.resolve("text"), practice, id -> id.contains(match))
                : Curriculum.ofFolder(tasks, format, MOST_TOKENS, suiteSeed, id -> id.contains(match));
    }
}
