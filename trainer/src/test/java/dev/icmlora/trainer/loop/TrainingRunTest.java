package dev.icmlora.trainer.loop;

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
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.model.TinyModel;
import dev.icmlora.trainer.paper.ConvolutionalCvae;
import dev.icmlora.trainer.paper.Cvae;
import dev.icmlora.trainer.paper.EncoderNetwork;
import dev.icmlora.trainer.paper.GeneratorCvae;
import dev.icmlora.trainer.paper.ReconstructionObjective;
import dev.icmlora.trainer.paper.Zoo;
import dev.icmlora.trainer.paper.ZooObjective;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.shared.SharedAdapterObjective;
import dev.icmlora.trainer.torch.Torch;
import dev.icmlora.trainer.vectors.VectorPool;
import dev.icmlora.trainer.TinyTraining;

/// Runs that are resumed, stopped and refused.
class TrainingRunTest extends TinyTraining {

    @Test
    void a_resumed_run_reaches_what_an_uninterrupted_one_reaches() throws IOException {
        Path whole = Files.createDirectory(scratch.resolve("whole"));
        Path parts = Files.createDirectory(scratch.resolve("parts"));

        sharedRun("b0", whole).train(NOWHERE, 6);
        sharedRun("b0", parts).train(NOWHERE, 2);
        Checkpoint reached = sharedRun("b0", parts).train(NOWHERE, 4);

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
