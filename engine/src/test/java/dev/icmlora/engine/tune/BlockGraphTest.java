package dev.icmlora.engine.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.engine.tune.TuningState.Adam;
import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.llama.LlamaModel;

/// The graph over random weights, where nothing is rounded much: what holds there holds of the graph.
class BlockGraphTest {
    /// Larger than all examples together.
    private static final int ONE_BLOCK = 1000;

    /// Of the loss, as the gradient predicts it: large beside what is rounded, small beside what is curved.
    private static final double CHANGE = 0.4;

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

    /// A model, and a random adapter of all its matrices.
    private record Tiny(LlamaModel model, FrozenWeights weights, Adapter adapter) {
        double[] losses(List<ExampleTokens> examples, int limit) {
            return Run.losses(weights, backend, adapter, examples, limit);
        }

        Run gradients(int limit) {
            return Run.gradients(weights, backend, adapter, weightsOfB(), examples(), limit);
        }

        List<float[]> weightsOfB() {
            return LoraTensors.matricesOf(adapter.generated());
        }

        /// The weighted sum of the losses, with a step taken or taken back.
        double sumAt(List<float[]> step, int sign, int limit) {
            List<float[]> moved = weightsOfB();
            for (int i = 0; i < moved.size(); i++) {
                for (int k = 0; k < moved.get(i).length; k++) {
                    moved.get(i)[k] += sign * step.get(i)[k];
                }
            }
            return Run.moved(weights, backend, adapter, moved, examples(), limit)
                    .sum(examples());
        }
    }

    private static void with(Variant variant, GgmlType type, Consumer<Tiny> check) {
        with(variant, type, TinyModel.adapter(variant), check);
    }

    private static void with(Variant variant, GgmlType type, Adapter adapter, Consumer<Tiny> check) {
        Path path = scratch.resolve(variant + "-" + type + ".gguf");
        TinyModel.write(path, type, variant);
        with(path, adapter, check);
    }

    private static void with(Path path, Adapter adapter, Consumer<Tiny> check) {
        try (LlamaModel model = LlamaModel.load(path);
                FrozenWeights weights = FrozenWeights.of(model, backend)) {
            check.accept(new Tiny(model, weights, adapter));
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

    private static void likelihoodsAgree(Tiny tiny, double tolerance) {
        double[] expected = Likelihoods.losses(tiny.model(), tiny.adapter(), examples());
        assertThat(tiny.losses(examples(), ONE_BLOCK)).containsExactly(expected, within(tolerance));
        assertThat(tiny.losses(examples(), 3)).containsExactly(expected, within(tolerance));
    }

    /// llama.cpp keeps keys and values in 16 bits.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ERNIE")
    void likelihoodsAreThoseOfLlama(Variant variant) {
        with(variant, GgmlType.F32, tiny -> likelihoodsAgree(tiny, 0.05));
    }

    /// Products with quantised weights round what differs in their own way.
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "Q8_0", "Q6_K", "Q5_K", "Q4_K", "Q5_1", "Q5_0", "Q4_1", "Q4_0"})
    void likelihoodsAreThoseOfLlama(GgmlType type) {
        with(Variant.WIDE_LLAMA, type, tiny -> likelihoodsAgree(tiny, type == GgmlType.F16 ? 0.05 : 1));
    }

    /// Of losses. A last bit that differs may be the next value of the table that the CPU has for GELU.
    private static double rounding(Variant variant) {
        return variant == Variant.GEMMA3 ? 2e-3 : 1e-4;
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "GEMMA3"})
    void branchesDoNotSeeEachOther(Variant variant) {
        with(variant, GgmlType.F32, tiny -> {
            double[] together = tiny.losses(examples(), ONE_BLOCK);
            for (ExampleTokens example : examples()) {
                ExampleTokens alone = new ExampleTokens(0, example.tokens(), example.answerStart(), 1);
                double[] loss = tiny.losses(List.of(alone), ONE_BLOCK);
                assertThat(loss[0]).isCloseTo(together[example.index()], within(rounding(variant)));
            }
        });
    }

    /// Along random directions that are not across the gradient, and in blocks of several sizes.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ERNIE")
    void gradientsAreCentralDifferences(Variant variant) {
        with(variant, GgmlType.F32, tiny -> directionsAgree(tiny, 0.05));
    }

    /// Differences of losses say little here: products with such weights round the other side, too.
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "Q8_0", "Q6_K", "Q5_K", "Q4_K", "Q5_0"})
    void gradientsPointWhereThoseOfTheSameWeightsAsFloatsDo(GgmlType type) {
        Path quantised = scratch.resolve("quantised-" + type + ".gguf");
        TinyModel.write(quantised, type, Variant.WIDE_LLAMA);
        Path floats = scratch.resolve("floats-" + type + ".gguf");
        TinyModel.asFloats(quantised).write(floats);
        List<List<float[]>> gradients = new ArrayList<>();
        for (Path path : List.of(quantised, floats)) {
            with(
                    path,
                    TinyModel.adapter(Variant.WIDE_LLAMA),
                    tiny -> gradients.add(tiny.gradients(6).gradients()));
        }
        assertThat(cosine(gradients.getFirst(), gradients.getLast())).isGreaterThan(0.93);
    }

    @ParameterizedTest
    @EnumSource
    void anAdapterMayHaveOneModuleOnly(Module module) {
        Adapter adapter = TinyModel.adapter(Variant.GEMMA3, EnumSet.of(module));
        with(Variant.GEMMA3, GgmlType.F32, adapter, tiny -> {
            likelihoodsAgree(tiny, 0.05);
            directionsAgree(tiny, 0.05);
        });
    }

    private static void directionsAgree(Tiny tiny, double tolerance) {
        SplittableRandom random = new SplittableRandom(5);
        for (int limit : new int[] {3, 6, ONE_BLOCK}) {
            Run run = tiny.gradients(limit);
            for (int direction = 0; direction < 3; direction++) {
                List<float[]> step = direction(run.gradients(), random);
                double difference = (tiny.sumAt(step, 1, limit) - tiny.sumAt(step, -1, limit)) / 2;
                assertThat(difference).isCloseTo(CHANGE, within(tolerance * CHANGE));
            }
        }
    }

    /// For each matrix by itself, so that none hides behind another.
    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "GEMMA3"})
    void everyMatrixHasItsGradient(Variant variant) {
        with(variant, GgmlType.F32, tiny -> {
            Run run = tiny.gradients(6);
            for (int i = 0; i < run.gradients().size(); i++) {
                List<float[]> step = Adam.zerosLike(run.gradients());
                float[] gradient = run.gradients().get(i);
                double square = dot(List.of(gradient), List.of(gradient));
                for (int k = 0; k < gradient.length; k++) {
                    step.get(i)[k] = (float) (gradient[k] * CHANGE / square);
                }
                double difference = (tiny.sumAt(step, 1, 6) - tiny.sumAt(step, -1, 6)) / 2;
                assertThat(difference)
                        .as(tiny.adapter().generated().get(i).name())
                        .isCloseTo(CHANGE, within(0.05 * CHANGE));
            }
        });
    }

    /// Of any size in which the rest of an example has room.
    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "GEMMA3"})
    void blocksOfAnySizeGiveTheSameGradients(Variant variant) {
        with(variant, GgmlType.F32, tiny -> {
            Run whole = tiny.gradients(ONE_BLOCK);
            for (int limit : new int[] {1, 2, 4, 5, 8}) {
                assertThat(tiny.gradients(limit).losses()).containsExactly(whole.losses(), within(rounding(variant)));
            }
            for (int limit : new int[] {16, 17, 20, 24}) {
                Run cut = tiny.gradients(limit);
                assertThat(cut.losses()).containsExactly(whole.losses(), within(rounding(variant)));
                assertThat(cosine(cut.gradients(), whole.gradients())).isCloseTo(1, within(1e-4));
            }
        });
    }

    private static AbstractStringAssert<?> refusal(String file, GgufWriter writer) {
        Path path = scratch.resolve(file + ".gguf");
        writer.write(path);
        try (LlamaModel model = LlamaModel.load(path)) {
            UnsupportedBaseModelException refused =
                    catchThrowableOfType(UnsupportedBaseModelException.class, () -> FrozenWeights.of(model, backend));
            return assertThat(refused.getMessage());
        }
    }

    private static GgufWriter llama() {
        return TinyModel.model(GgmlType.F32, Variant.LLAMA);
    }

    @Test
    void whatTheGraphDoesNotComputeIsRefused() {
        refusal("architecture", TinyModel.model(GgmlType.F32, Variant.ERNIE))
                .contains("ernie4_5", "llama, qwen2, qwen3, gemma3");
        refusal("yarn", llama().string("llama.rope.scaling.type", "yarn")).contains("yarn", "linear", "Llama 3");
        refusal("factor", llama().float32("llama.rope.scaling.attn_factor", 2)).contains("scaled");
        refusal("base", llama().float32("llama.rope.freq_base", 0)).contains("base is positive");
        refusal("capped", TinyModel.model(GgmlType.F32, Variant.GEMMA3).float32("gemma3.final_logit_softcapping", 30))
                .contains("final_logit_softcapping");
        byte[] bias = TinyModel.floats(new float[TinyModel.VOCABULARY]);
        refusal(
                        "output",
                        TinyModel.model(GgmlType.F32, Variant.QWEN2)
                                .tensor("output.bias", GgmlType.F32, new long[] {TinyModel.VOCABULARY}, bias))
                .contains("output.bias", "[96]", "[64, 96]");
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

    private static double cosine(List<float[]> a, List<float[]> b) {
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
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
