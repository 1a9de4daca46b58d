package dev.icmlora.trainer.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import dev.icmlora.engine.Installation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.generator.network.LatentDistribution;
import dev.icmlora.generator.network.SeenTask;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;
import dev.icmlora.trainer.generator.Examinations;
import dev.icmlora.trainer.generator.ExportedGenerator;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.GeneratorObjective;
import dev.icmlora.trainer.generator.KlTerm;
import dev.icmlora.trainer.generator.SeenLatents;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.model.TinyModel;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.shared.SharedAdapterObjective;
import dev.icmlora.trainer.torch.Torch;
import dev.icmlora.trainer.vectors.VectorPool;
import dev.icmlora.trainer.TinyTraining;

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

            run.trainTo(NOWHERE, 30);
            Checkpoint reached = run.trainTo(NOWHERE, 40);

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
