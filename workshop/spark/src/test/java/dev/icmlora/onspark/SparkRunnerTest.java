package dev.icmlora.onspark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.File;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.trainer.tasks.InProcess;
import dev.icmlora.trainer.tasks.TaskRunner;
import dev.icmlora.trainer.tasks.TaskRunner.Work;

class SparkRunnerTest {
    private static final TaskRunner SPARK = TaskRunner.on("local[2]");
    private static final List<Integer> TASKS = IntStream.range(0, 20).boxed().toList();

    @TempDir
    private Path folder;

    @Test
    void resultsComeInTheOrderOfTheTasks() throws IOException {
        Work<Integer, String> work = task -> "result of " + task;

        List<String> results = SPARK.run("tasks", TASKS, String::valueOf, work);
        List<String> none = SPARK.run("nothing", List.of(), String::valueOf, work);

        assertThat(results).isEqualTo(new InProcess(1).run("tasks", TASKS, String::valueOf, work));
        assertThat(none).isEmpty();
    }

    @Test
    void aTaskThatFailsIsNamedAndTheNextRunFindsWhatWasDone() throws IOException {
        File to = folder.toFile();

        assertThatIOException()
                .isThrownBy(() -> SPARK.run("files", TASKS, task -> "task " + task, writing(to, 13)))
                .withMessage("task 13: no room for it")
                .withNoCause();

        List<Boolean> written = SPARK.run("files", TASKS, task -> "task " + task, writing(to, -1));
        assertThat(written.subList(0, 13)).contains(false);
        assertThat(written.get(13)).isTrue();
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(TASKS.size());
        }
    }

    /// @param lost a task whose file cannot be written
    private static Work<Integer, Boolean> writing(File to, int lost) {
        return task -> {
            if (task == lost) {
                throw new Unsendable();
            }
            return new File(to, String.valueOf(task)).createNewFile();
        };
    }

    /// As an exception that holds on to something may be.
    private static final class Unsendable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unsendable() {
            super("no room for it");
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new NotSerializableException(getClass().getName());
        }
    }
}
