package dev.icmlora.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.shared.SharedAdapterObjective;

/// Runs that are resumed, stopped and refused.
class TrainingRunTest extends TinyTraining {

    @Test
    void a_resumed_run_reaches_what_an_uninterrupted_one_reaches() throws IOException {
        Path whole = Files.createDirectory(scratch.resolve("whole"));
        Path parts = Files.createDirectory(scratch.resolve("parts"));

        sharedRun("b0", whole).train(NOWHERE, 6);
        sharedRun("b0", parts).train(NOWHERE, 2);
        Checkpoint reached = sharedRun("b0", parts).train(NOWHERE, 6);

        assertThat(reached.step()).isEqualTo(6);
        try (GgufFile expected = GgufFile.open(TrainingRun.checkpoint(whole));
                GgufFile actual = GgufFile.open(TrainingRun.checkpoint(parts))) {
            assertThat(actual.tensors()).isEqualTo(expected.tensors());
            for (TensorInfo tensor : expected.tensors()) {
                assertThat(actual.floats(tensor)).as(tensor.name()).containsExactly(expected.floats(tensor));
            }
        }
    }

    @Test
    void a_stopped_run_leaves_a_checkpoint() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("stopped"));
        TrainingRun run = new TrainingRun(
                RunIdentity.of("b0", "test", "base", tasks()),
                shared(),
                schedule(100),
                new TrainingRun.Intervals(5, 50, 50),
                folder,
                () -> true,
                manager);

        run.train(NOWHERE, 100);

        try (GgufFile file = GgufFile.open(TrainingRun.checkpoint(folder))) {
            assertThat(file.integer("training.step")).hasValue(1);
        }
    }

    @Test
    void training_learns_its_tasks() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("learning"));
        SharedAdapterObjective objective = shared();
        double before = objective.validate().get("unseen_loss");

        new TrainingRun(
                        RunIdentity.of("b0", "test", "base", tasks()),
                        objective,
                        schedule(60),
                        new TrainingRun.Intervals(10, 60, 60),
                        folder,
                        () -> false,
                        manager)
                .train(NOWHERE, 60);

        assertThat(objective.validate().get("unseen_loss")).isLessThan(0.9 * before);
        assertThat(TrainingRun.best(folder)).exists();
        assertThat(Files.readAllLines(folder.resolve("log.jsonl")))
                .hasSize(8)
                .allMatch(line -> line.startsWith("{\"step\":"));
    }

    @Test
    void a_checkpoint_of_other_settings_or_tasks_or_for_another_base_model_is_refused(@TempDir Path folder)
            throws IOException {
        RunIdentity here = RunIdentity.of("b0", "test", "base", tasks());
        Path file = folder.resolve("checkpoint.gguf");
        Checkpoint.START.write(file, here, new LinkedHashMap<>());

        assertThat(Checkpoint.read(file, here, new LinkedHashMap<>()).step()).isZero();
        for (RunIdentity other : List.of(
                RunIdentity.of("b0", "test", "base", tasks().subList(0, 2)),
                RunIdentity.of("b0", "test", "another base", tasks()),
                RunIdentity.of("b0", "other settings", "base", tasks()))) {
            assertThatThrownBy(() -> Checkpoint.read(file, other, new LinkedHashMap<>()))
                    .as(other.name())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + here.name() + "\"")
                    .hasMessageContaining("\"" + other.name() + "\"")
                    .hasMessageContaining("--folder");
        }
    }
}
