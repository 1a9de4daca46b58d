package dev.icmlora.engine.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;

/// The graph over random weights, where nothing is rounded much: what holds there holds of the graph.
class BlockGraphTest {
    private static final Adapter ADAPTER = TinyModel.adapter();
    /// Larger than all examples together.
    private static final int ONE_BLOCK = 1000;

    /// Of the loss, as the gradient predicts it: large beside what is rounded, small beside what is curved.
    private static final double CHANGE = 0.1;

    @TempDir
    private static Path scratch;

    private static Backend backend;

    @BeforeAll
    static void open() {
        BaseModelFixture.loadNativeLibraries();
        backend = Backend.cpu(1);
    }

    @AfterAll
    static void close() {
        backend.close();
    }

    private interface Check {
        void of(LlamaModel model, FrozenWeights weights);
    }

    private static void with(GgmlType type, Check check) {
        Path path = scratch.resolve(type + ".gguf");
        TinyModel.write(path, type, "llama");
        try (LlamaModel model = LlamaModel.load(path, ModelOptions.DEFAULT);
                FrozenWeights weights = FrozenWeights.of(model, backend)) {
            check.of(model, weights);
        }
    }

    /// They begin alike; the second and third part later than the first, and the last has a long answer.
    private static List<ExampleTokens> examples() {
        int[][] tokens = {
            {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
            {1, 2, 3, 4, 5, 20, 21, 22, 23},
            {1, 2, 3, 4, 5, 20, 21, 30, 31, 32, 33},
            {1, 2, 3, 4, 5, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54}
        };
        int[] answers = {8, 7, 7, 9};
        return IntStream.range(0, tokens.length)
                .mapToObj(i -> new ExampleTokens(i, tokens[i], answers[i], 0.1f + i))
                .toList();
    }

    private static List<float[]> weightsOfB() {
        return LoraTensors.matricesOf(ADAPTER.generated());
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "Q8_0"})
    void likelihoodsAreThoseOfLlama(GgmlType type) {
        with(type, (model, weights) -> {
            double[] expected = Likelihoods.losses(model, ADAPTER, examples());
            assertThat(Run.losses(weights, backend, ADAPTER, examples(), ONE_BLOCK))
                    .containsExactly(expected, within(type == GgmlType.Q8_0 ? 1 : 0.05));
            assertThat(Run.losses(weights, backend, ADAPTER, examples(), 3))
                    .containsExactly(expected, within(type == GgmlType.Q8_0 ? 1 : 0.05));
        });
    }

    @Test
    void branchesDoNotSeeEachOther() {
        with(GgmlType.F32, (model, weights) -> {
            double[] together = Run.losses(weights, backend, ADAPTER, examples(), ONE_BLOCK);
            for (ExampleTokens example : examples()) {
                ExampleTokens alone = new ExampleTokens(0, example.tokens(), example.answerStart(), 1);
                double[] loss = Run.losses(weights, backend, ADAPTER, List.of(alone), ONE_BLOCK);
                assertThat(loss[0]).isCloseTo(together[example.index()], within(1e-4));
            }
        });
    }

    /// Along random directions that are not across the gradient, and in blocks of several sizes.
    @ParameterizedTest
    @EnumSource(names = {"F32", "F16"})
    void gradientsAreCentralDifferences(GgmlType type) {
        with(type, (model, weights) -> {
            SplittableRandom random = new SplittableRandom(5);
            for (int limit : new int[] {3, 6, ONE_BLOCK}) {
                Run run = Run.thereAndBack(weights, backend, ADAPTER, weightsOfB(), examples(), limit);
                for (int direction = 0; direction < 3; direction++) {
                    List<float[]> step = direction(run.gradients(), random);
                    double difference = (sumAt(weights, step, 1, limit) - sumAt(weights, step, -1, limit)) / 2;
                    assertThat(difference).isCloseTo(CHANGE, within((type == GgmlType.F32 ? 0.05 : 0.3) * CHANGE));
                }
            }
        });
    }

    /// For each matrix by itself, so that none hides behind another.
    @Test
    void everyMatrixHasItsGradient() {
        with(GgmlType.F32, (model, weights) -> {
            Run run = Run.thereAndBack(weights, backend, ADAPTER, weightsOfB(), examples(), 6);
            for (int i = 0; i < run.gradients().size(); i++) {
                List<float[]> step = Adam.zerosLike(run.gradients());
                float[] gradient = run.gradients().get(i);
                double square = dot(List.of(gradient), List.of(gradient));
                for (int k = 0; k < gradient.length; k++) {
                    step.get(i)[k] = (float) (gradient[k] * CHANGE / square);
                }
                double difference = (sumAt(weights, step, 1, 6) - sumAt(weights, step, -1, 6)) / 2;
                assertThat(difference).as(ADAPTER.generated().get(i).name()).isCloseTo(CHANGE, within(0.05 * CHANGE));
            }
        });
    }

    @Test
    void blocksOfAnySizeGiveTheSameGradients() {
        with(GgmlType.F32, (model, weights) -> {
            Run whole = Run.thereAndBack(weights, backend, ADAPTER, weightsOfB(), examples(), ONE_BLOCK);
            double length = Math.sqrt(dot(whole.gradients(), whole.gradients()));
            for (int limit : new int[] {1, 2, 4, 5, 8}) {
                Run cut = Run.thereAndBack(weights, backend, ADAPTER, weightsOfB(), examples(), limit);
                assertThat(cut.losses()).containsExactly(whole.losses(), within(1e-4));
                double otherLength = Math.sqrt(dot(cut.gradients(), cut.gradients()));
                assertThat(dot(cut.gradients(), whole.gradients()) / length / otherLength)
                        .isCloseTo(1, within(1e-4));
            }
        });
    }

    @Test
    void whatTheGraphDoesNotComputeIsRefused() {
        Path path = scratch.resolve("other.gguf");
        TinyModel.write(path, GgmlType.F32, "ernie4_5");
        try (LlamaModel model = LlamaModel.load(path, ModelOptions.DEFAULT)) {
            assertThatExceptionOfType(UnsupportedBaseModelException.class)
                    .isThrownBy(() -> FrozenWeights.of(model, backend))
                    .withMessageContaining("ernie4_5")
                    .withMessageContaining("llama");
        }
    }

    private static double sumAt(FrozenWeights weights, List<float[]> step, int sign, int limit) {
        List<float[]> moved = weightsOfB();
        for (int i = 0; i < moved.size(); i++) {
            for (int k = 0; k < moved.get(i).length; k++) {
                moved.get(i)[k] += sign * step.get(i)[k];
            }
        }
        return Run.thereAndBack(weights, backend, ADAPTER, moved, examples(), limit)
                .sum(examples());
    }

    /// A random one, as long as it takes for the gradient to predict [#CHANGE].
    private static List<float[]> direction(List<float[]> gradients, SplittableRandom random) {
        double length = Math.sqrt(dot(gradients, gradients));
        List<float[]> direction = new ArrayList<>();
        for (float[] gradient : gradients) {
            float[] part = TinyModel.gaussian(random, gradient.length, 0.01);
            for (int k = 0; k < part.length; k++) {
                part[k] += (float) (gradient[k] / length);
            }
            direction.add(part);
        }
        double along = dot(gradients, direction);
        direction.forEach(part -> {
            for (int k = 0; k < part.length; k++) {
                part[k] *= (float) (CHANGE / along);
            }
        });
        return direction;
    }

    private static double dot(List<float[]> a, List<float[]> b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            for (int k = 0; k < a.get(i).length; k++) {
                sum += (double) a.get(i)[k] * b.get(i)[k];
            }
        }
        return sum;
    }
}
