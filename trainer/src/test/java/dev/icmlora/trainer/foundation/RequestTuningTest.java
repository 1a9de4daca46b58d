package dev.icmlora.trainer.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.tune.FrozenWeights;
import dev.icmlora.engine.tune.Tuner;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;

/// What training takes for tuning is what tuning does.
class RequestTuningTest extends TinyTraining {
    private static final BooleanSupplier NEVER = () -> false;
    private static final TuningOptions OPTIONS =
            TuningOptions.forExamples(3).withSteps(3).withRate(0.02f);
    /// Other ones for other matrices.
    private static final List<Float> RATES = IntStream.range(
                    0, LAYOUT.layers() * LAYOUT.targets().size())
            .mapToObj(i -> 0.5f + 0.25f * i)
            .toList();
    private static final List<Task> TASKS = List.of(
            new Task("Say it.", List.of(example("one", "two"), example("three", "four or five"), example("6", "7"))),
            new Task("", List.of(example("a", "b c d"), example("e f", "g"))));

    private static Example example(String input, String output) {
        return new Example(input, output);
    }

    @Test
    void several_adapters_are_tuned_at_once_as_the_engine_tunes_each() {
        Adapter start = random();
        try (NDManager scope = manager.newSubManager();
                Backend backend = Backend.cpu(1);
                FrozenWeights weights = FrozenWeights.of(tinyLlama, backend)) {
            List<Batch.Sample> samples = IntStream.range(0, TASKS.size())
                    .mapToObj(i -> Episode.asked(
                            TASKS.get(i).description(), TASKS.get(i).examples(), format, i))
                    .toList();
            List<NDArray> together = new RequestTuning(model, OPTIONS)
                    .tune(scope, lora(scope, start), rates(), samples)
                    .b();
            Tuner tuner = new Tuner(weights, format, backend, 512, RATES);
            for (int task = 0; task < TASKS.size(); task++) {
                Adapter alone = tuned(tuner, start, TASKS.get(task));
                for (int i = 0; i < together.size(); i++) {
                    float[] before = Halves.fromF16(start.generated().get(i).data());
                    float[] expected = Halves.fromF16(alone.generated().get(i).data());
                    float[] actual = together.get(i).get(task).toFloatArray();
                    assertThat(distance(expected, before)).isGreaterThan(0.1);
                    assertThat(distance(actual, expected)).isLessThan(0.05 * distance(expected, before));
                }
            }
        }
    }

    private static float[] rates() {
        float[] rates = new float[RATES.size()];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = RATES.get(i);
        }
        return rates;
    }

    private static Adapter tuned(Tuner tuner, Adapter start, Task task) {
        try (Tuning tuning = tuner.begin(start, task, OPTIONS)) {
            tuning.run(NEVER);
            return tuning.result().adapter();
        }
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.pow((double) one[i] - other[i], 2);
        }
        return Math.sqrt(sum);
    }

    private static Adapter random() {
        SplittableRandom random = new SplittableRandom(5);
        List<NamedTensor> a = new ArrayList<>();
        List<NamedTensor> b = new ArrayList<>();
        for (int layer = 0; layer < LAYOUT.layers(); layer++) {
            for (Target target : LAYOUT.targets()) {
                a.add(random(random, AdapterLayout.nameOfA(layer, target), target.in(), LAYOUT.rank()));
                b.add(random(random, AdapterLayout.nameOfB(layer, target), LAYOUT.rank(), target.out()));
            }
        }
        return new Adapter(LAYOUT, a, b);
    }

    private static NamedTensor random(SplittableRandom random, String name, int columns, int rows) {
        float[] values = new float[columns * rows];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(columns));
        }
        return new NamedTensor(name, GgmlType.F16, new long[] {columns, rows}, Halves.toF16(values));
    }

    private static Lora lora(NDManager scope, Adapter adapter) {
        List<NDArray> a = adapter.fixed().stream()
                .map(tensor -> scope.create(Halves.fromF16(tensor.data()), new Shape(LAYOUT.rank(), tensor.shape()[0])))
                .toList();
        List<NDArray> b = adapter.generated().stream()
                .map(tensor -> scope.create(
                                Halves.fromF16(tensor.data()), new Shape(1, tensor.shape()[1], LAYOUT.rank()))
                        .repeat(0, TASKS.size()))
                .toList();
        return new Lora(LAYOUT.modules(), a, b, LAYOUT.alpha() / LAYOUT.rank());
    }
}
