package dev.icmlora.trainer.shared;

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
import dev.icmlora.trainer.paper.ConvolutionalCvae;
import dev.icmlora.trainer.paper.Cvae;
import dev.icmlora.trainer.paper.EncoderNetwork;
import dev.icmlora.trainer.paper.GeneratorCvae;
import dev.icmlora.trainer.paper.ReconstructionObjective;
import dev.icmlora.trainer.paper.Zoo;
import dev.icmlora.trainer.paper.ZooObjective;
import dev.icmlora.trainer.torch.Torch;
import dev.icmlora.trainer.vectors.VectorPool;
import dev.icmlora.trainer.TinyTraining;

/// What becomes of a trained B0.
class SharedAdapterTest extends TinyTraining {

    @Test
    void what_was_trained_for_one_base_model_does_not_serve_another(@TempDir Path folder) throws IOException {
        sharedRun("b0", folder.resolve("b0")).train(NOWHERE, 1);

        assertThatThrownBy(() -> SharedAdapter.trained(folder, model.config(), "another base", manager))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was trained for the base model base, this one is another base");
        assertThat(SharedAdapter.trained(folder, model.config(), "base", manager)
                        .layout())
                .isEqualTo(LAYOUT);
    }
}
