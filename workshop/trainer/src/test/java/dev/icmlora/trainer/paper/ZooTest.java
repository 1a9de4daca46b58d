package dev.icmlora.trainer.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.shared.SharedAdapter;

/// Adapters of single tasks.
class ZooTest extends TinyTraining {

    @Test
    void each_task_of_the_zoo_learns_its_own_answer_and_is_kept() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("zoo"));
        Zoo zoo = new Zoo(folder);
        try (NDManager scope = manager.newSubManager()) {
            ZooObjective objective = new ZooObjective(
                    model,
                    SharedAdapter.initial(LAYOUT, 1, manager),
                    tasks(),
                    sampler(),
                    Validation.of(tasks(), 12, format),
                    1,
                    scope);
            Map<Integer, Validation.Score> before = objective.scores();
            TrainingRun run = new TrainingRun(
                    RunIdentity.of("zoo", "test", "base", tasks()),
                    objective,
                    schedule(40),
                    new TrainingRun.Intervals(10, 50, 50),
                    folder,
                    () -> false,
                    scope);

            run.train(NOWHERE, 30);
            Checkpoint reached = run.train(NOWHERE, 40);

            assertThat(reached.step()).isEqualTo(40);
            Map<Integer, Validation.Score> after = objective.scores();
            for (int task = 0; task < 3; task++) {
                assertThat(after.get(task).loss()).isLessThan(before.get(task).loss());
            }
            assertThat(zoo.holds("test/no")).isFalse();
            SequencedMap<String, NDArray> own = objective.adapter(scope, 1);
            zoo.write("test/no", 40, own);
            zoo.finish(new Zoo.Provenance("test/no", "tiny", "b0", 1, 1e-2f, List.of(40L), 0, 0));
            assertThat(zoo.holds("test/no")).isTrue();
            assertThat(zoo.checkpoints("test/no", "b0")).containsExactly("step-0040");
            assertThat(zoo.checkpoints("test/yes", "b0")).isEmpty();
            assertThatThrownBy(() -> zoo.checkpoints("test/no", "other"))
                    .hasMessageContaining("another A and B0 (b0) than there are now (other)");
            Map<String, NDArray> kept = zoo.read(scope, "test/no", "step-0040");
            assertThat(kept).containsOnlyKeys(own.keySet());
            own.forEach((name, matrix) ->
                    assertThat(kept.get(name).toFloatArray()).as(name).containsExactly(matrix.toFloatArray()));
            assertThat(objective.adapter(scope, 2).firstEntry().getValue().toFloatArray())
                    .isNotEqualTo(own.firstEntry().getValue().toFloatArray());
        }
    }
}
