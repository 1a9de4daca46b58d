package dev.icmlora.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.tune.TinyModel;
import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.trainer.torch.Torch;

/// The forward pass that trains against llama.cpp's, for each architecture: random weights, nothing quantised,
/// an adapter of all modules for each sample.
class ArchitecturesTrainTest {
    /// Of logits that are some units apart. llama.cpp keeps keys and values in 16 bits, and GELU in a table.
    private static final float ROUNDING = 0.05f;

    @TempDir
    private static Path folder;

    private static NDManager manager;

    @BeforeAll
    static void start() {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        manager = Torch.start(1, Torch.cache(installation.root()));
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    /// They begin alike, the second and third longer than the first, and are longer than a window.
    private static final List<Prompt> BRANCHES = List.of(
            prompt(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, new Prompt.Answer(8, 10)),
            prompt(new int[] {1, 2, 3, 4, 5, 20, 21, 22, 23}, new Prompt.Answer(7, 9)),
            prompt(new int[] {1, 2, 3, 4, 5, 20, 21, 30, 31, 32, 33}, new Prompt.Answer(7, 11)));

    private static final Prompt PACKED = prompt(
            new int[] {9, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61},
            new Prompt.Answer(3, 5),
            new Prompt.Answer(9, 12),
            new Prompt.Answer(18, 23));

    private static Prompt prompt(int[] tokens, Prompt.Answer... answers) {
        return new Prompt(tokens, -1, List.of(answers));
    }

    private static LlamaModel open(Variant variant) {
        Path path = folder.resolve(variant + ".gguf");
        TinyModel.write(path, GgmlType.F32, variant);
        return LlamaModel.load(path);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ERNIE")
    void everySampleIsPredictedAsLlamaDoesUnderItsAdapter(Variant variant) {
        Adapter first = TinyModel.adapter(variant);
        Adapter second = TinyModel.opposite(first);
        try (LlamaModel llama = open(variant);
                NDManager scope = manager.newSubManager();
                BaseModel model = BaseModel.of(llama, scope, BaseModel.Precision.F32)) {
            List<float[]> expected = new ArrayList<>();
            BRANCHES.forEach(prompt -> expected.addAll(llamaLogits(llama, first, prompt)));
            expected.addAll(llamaLogits(llama, second, PACKED));

            Batch batch = Batch.of(List.of(new Batch.Sample(BRANCHES, 0), new Batch.Sample(PACKED, 1)));
            NDArray logits = model.logits(scope, batch, lora(scope, first, second));

            assertThat(distance(rows(logits), expected)).isLessThan(ROUNDING);
            NDArray exchanged = model.logits(scope, batch, lora(scope, second, first));
            assertThat(distance(rows(exchanged), expected)).isGreaterThan(20 * ROUNDING);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA_3", "QWEN2", "QWEN3", "GEMMA3"})
    void aFewStepsLowerTheLossInHalfPrecision(Variant variant) {
        Adapter adapter = TinyModel.adapter(variant);
        try (LlamaModel llama = open(variant);
                NDManager scope = manager.newSubManager();
                BaseModel model = BaseModel.of(llama, scope, BaseModel.Precision.BF16)) {
            Batch batch = Batch.of(List.of(new Batch.Sample(BRANCHES, 0), new Batch.Sample(PACKED, 0)));
            Lora lora = lora(scope, adapter);
            List<NDArray> trained =
                    Stream.concat(lora.a().stream(), lora.b().stream()).toList();
            trained.forEach(matrix -> matrix.setRequiresGradient(true));
            List<Float> losses = new ArrayList<>();
            for (int step = 0; step < 5; step++) {
                try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                    NDArray mean = model.losses(scope, batch, lora).losses().mean();
                    losses.add(mean.getFloat());
                    collector.backward(mean);
                }
                for (NDArray matrix : trained) {
                    NDArray gradient = matrix.getGradient();
                    matrix.subi(gradient.mul(
                            0.02 / Math.sqrt(gradient.square().mean().getFloat())));
                    gradient.muli(0);
                }
            }
            assertThat(losses.getLast()).isLessThan(0.8f * losses.getFirst());
        }
    }

    @Test
    void theModulesOfALayerHaveTheSizesOfItsMatrices() {
        for (Variant variant : Variant.values()) {
            if (variant != Variant.ERNIE) {
                try (LlamaModel llama = open(variant)) {
                    AdapterLayout expected = TinyModel.adapter(variant).layout();
                    assertThat(BaseModelConfig.of(BaseModelConfig.weights(llama))
                                    .layout(BaseModelConfig.MODULES, expected.rank(), expected.alpha()))
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static ThrowableAssertAlternative<?> refusal(String file, GgufWriter writer) {
        Path path = folder.resolve(file + ".gguf");
        writer.write(path);
        try (LlamaModel llama = LlamaModel.load(path)) {
            return assertThatIllegalArgumentException()
                    .isThrownBy(() -> BaseModel.of(llama, manager, BaseModel.Precision.F32))
                    .withMessageStartingWith("a generator cannot be trained for this base model: ");
        }
    }

    @Test
    void whatIsNotComputedIsRefusedByName() {
        refusal("architecture", TinyModel.model(GgmlType.F32, Variant.ERNIE))
                .withMessageContaining("ernie4_5")
                .withMessageContaining("llama, qwen2, qwen3, gemma3");
        refusal("yarn", TinyModel.model(GgmlType.F32, Variant.LLAMA).string("llama.rope.scaling.type", "yarn"))
                .withMessageContaining("yarn")
                .withMessageContaining("linear")
                .withMessageContaining("Llama 3");
        byte[] bias = new byte[TinyModel.VOCABULARY * Float.BYTES];
        refusal(
                        "bias",
                        TinyModel.model(GgmlType.F32, Variant.QWEN2)
                                .tensor("output.bias", GgmlType.F32, new long[] {TinyModel.VOCABULARY}, bias))
                .withMessageContaining("output.bias");
    }

    /// The logits that predict each answer token.
    private static List<float[]> llamaLogits(LlamaModel llama, Adapter adapter, Prompt prompt) {
        try (LoraAdapter lora = LoraAdapter.load(llama, adapter.gguf());
                LlamaContext context = LlamaContext.create(llama, ContextOptions.of(256, 64));
                TokenBatch batch = TokenBatch.allocate(64, 1)) {
            lora.attach(context, 1);
            for (int i = 0; i < prompt.tokens().length; i++) {
                batch.add(prompt.tokens()[i], i, 0, true);
            }
            context.decode(batch);
            return prompt.answers().stream()
                    .flatMapToInt(answer -> IntStream.range(answer.from() - 1, answer.to() - 1))
                    .mapToObj(context::logits)
                    .toList();
        }
    }

    /// Adapters that have A in common.
    private static Lora lora(NDManager scope, Adapter... adapters) {
        AdapterLayout layout = adapters[0].layout();
        List<NDArray> a = new ArrayList<>();
        List<NDArray> b = new ArrayList<>();
        for (int i = 0; i < adapters[0].fixed().size(); i++) {
            NamedTensor down = adapters[0].fixed().get(i);
            a.add(scope.create(Halves.fromF16(down.data()), new Shape(layout.rank(), down.shape()[0])));
            NDList up = new NDList();
            for (Adapter adapter : adapters) {
                NamedTensor matrix = adapter.generated().get(i);
                up.add(scope.create(Halves.fromF16(matrix.data()), new Shape(1, matrix.shape()[1], layout.rank())));
            }
            b.add(NDArrays.concat(up));
        }
        return new Lora(layout.modules(), a, b, layout.alpha() / layout.rank());
    }

    private static List<float[]> rows(NDArray logits) {
        float[] all = logits.toFloatArray();
        int width = TinyModel.VOCABULARY;
        return IntStream.range(0, all.length / width)
                .mapToObj(row -> Arrays.copyOfRange(all, row * width, (row + 1) * width))
                .toList();
    }

    /// The largest between two values at the same place.
    private static float distance(List<float[]> a, List<float[]> b) {
        assertThat(a).hasSameSizeAs(b);
        float largest = 0;
        for (int row = 0; row < a.size(); row++) {
            for (int i = 0; i < a.get(row).length; i++) {
                largest = Math.max(largest, Math.abs(a.get(row)[i] - b.get(row)[i]));
            }
        }
        return largest;
    }
}
