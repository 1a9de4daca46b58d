package dev.icmlora.trainer.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Collectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.KlTerm;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.vectors.VectorPool;

/// CVAEs of both kinds learn the zoo.
class CvaeTest extends TinyTraining {

    @Test
    void the_cvae_learns_to_reconstruct_the_zoo() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("cvae"));
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);

        assertLearnsTheZoo(cvae(shared), shared, folder, 200);

        assertThat(export(TrainingRun.checkpoint(folder)).manifest().catalogue())
                .hasSize(3);
    }

    @Test
    void the_papers_convolutions_learn_the_zoo_for_comparison_only() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("convolutions"));
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);

        assertLearnsTheZoo(new ConvolutionalCvae(ARCHITECTURE, shared, 1, manager), shared, folder, 60);

        assertThat(Files.readAllLines(folder.resolve("log.jsonl")))
                .anyMatch(line -> line.contains("unseen_loss") && line.contains("unseen_exact"));
        assertThatThrownBy(() -> export(TrainingRun.checkpoint(folder)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("for comparison only, without the decoder that the function has");
        try (GgufFile checkpoint = GgufFile.open(TrainingRun.checkpoint(folder))) {
            assertThatThrownBy(() -> TrainedGenerator.requireHeads(checkpoint))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("icm-lora train-generator");
        }
    }

    @Test
    void resumed_convolutions_go_on_with_their_moments() throws IOException {
        Path whole = Files.createDirectory(scratch.resolve("whole-convolutions"));
        Path parts = Files.createDirectory(scratch.resolve("part-convolutions"));
        for (Path folder : List.of(whole, parts, parts)) {
            SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
            try (Cvae cvae = new ConvolutionalCvae(ARCHITECTURE, shared, 1, manager)) {
                reconstructionRun(reconstruction(cvae, shared, folder), folder, 4)
                        .train(NOWHERE, folder == whole || Files.exists(TrainingRun.checkpoint(folder)) ? 4 : 2);
            }
        }

        try (GgufFile expected = GgufFile.open(TrainingRun.checkpoint(whole));
                GgufFile actual = GgufFile.open(TrainingRun.checkpoint(parts))) {
            TensorInfo moment =
                    expected.tensor("convolution.decoder.11.running_mean").orElseThrow();
            assertThat(expected.floats(moment)).isNotEqualTo(new float[8]);
            for (TensorInfo tensor : expected.tensors()) {
                assertThat(Arrays.equals(
                                actual.floats(actual.tensor(tensor.name()).orElseThrow()), expected.floats(tensor)))
                        .as(tensor.name())
                        .isTrue();
            }
        }
    }

    private static Cvae cvae(SharedAdapter shared) {
        return new GeneratorCvae(ARCHITECTURE, shared, 1, manager);
    }

    private static void assertLearnsTheZoo(Cvae cvae, SharedAdapter shared, Path folder, int steps) throws IOException {
        try (cvae) {
            ReconstructionObjective objective = reconstruction(cvae, shared, folder);
            double before = reconstructionError(objective);

            reconstructionRun(objective, folder, steps).train(NOWHERE, steps);

            // In units of the adapters' own variance: 1 is what dB = 0 gets.
            assertThat(before).isBetween(0.9, 1.1);
            assertThat(reconstructionError(objective)).isLessThan(0.5);
        }
    }

    private static ReconstructionObjective reconstruction(Cvae cvae, SharedAdapter shared, Path folder)
            throws IOException {
        Zoo zoo = new Zoo(folder.resolve("zoo"));
        for (TrainingTask task : tasks()) {
            SequencedMap<String, NDArray> own = new LinkedHashMap<>();
            shared.namesOfB().forEach(name -> {
                NDArray b0 = shared.matrices().get(name);
                Shape shape = new Shape(b0.getShape().get(1), b0.getShape().get(2));
                own.put(name, manager.create(values(task.task().id() + name, shape.size()), shape));
            });
            zoo.write(task.task().id(), 1, own);
        }
        List<VectorPool> pools = pools();
        Map<String, List<String>> checkpoints =
                tasks().stream().collect(Collectors.toMap(task -> task.task().id(), task -> List.of("step-0001")));
        return new ReconstructionObjective(
                cvae,
                shared,
                zoo,
                learners(pools),
                examinations(VectorPool.statistics(pools), pools),
                new ReconstructionObjective.Settings(checkpoints, 3, new KlTerm(1e-4f, 10), 1),
                manager);
    }

    private static TrainingRun reconstructionRun(ReconstructionObjective objective, Path folder, int steps) {
        return new TrainingRun(
                RunIdentity.of("cvae", "test", "base", tasks()),
                objective,
                schedule(steps),
                new TrainingRun.Intervals(100, 500, 500),
                folder,
                () -> false,
                manager);
    }

    private static double reconstructionError(ReconstructionObjective objective) {
        try (NDManager scope = manager.newSubManager()) {
            return objective.step(scope, 0).figures().get("loss");
        }
    }

    private static float[] values(String seed, long count) {
        Random random = new Random(seed.hashCode());
        float[] values = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.1f * (float) random.nextGaussian();
        }
        return values;
    }
}
