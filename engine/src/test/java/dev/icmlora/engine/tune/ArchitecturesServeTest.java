package dev.icmlora.engine.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.llama.AdapterBank;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.TokenBatch;

/// What serving finds in llama.cpp's graph, it finds in the graph of every architecture that can be tuned: tensors of
/// an adapter of all modules, products to keep apart, hidden states.
class ArchitecturesServeTest {
    private static final int[] PROMPT = {1, 2, 3, 4, 5, 20, 21, 30, 31, 32, 33, 40};
    private static final ContextOptions OPTIONS =
            ContextOptions.of(512, 64).withSequences(2).withThreads(1);

    @TempDir
    private static Path folder;

    @BeforeAll
    static void load() {
        BaseModelFixture.loadNativeLibraries();
    }

    private static LlamaModel open(Variant variant) {
        Path path = folder.resolve(variant + ".gguf");
        TinyModel.write(path, GgmlType.F32, variant);
        return LlamaModel.load(path);
    }

    /// @return the batch index of the output
    private static int add(TokenBatch batch, int sequence) {
        int last = 0;
        for (int i = 0; i < PROMPT.length; i++) {
            last = batch.add(PROMPT[i], i, sequence, i == PROMPT.length - 1);
        }
        return last;
    }

    private static float[] logits(LlamaContext context) {
        try (TokenBatch batch = TokenBatch.allocate(PROMPT.length, 1)) {
            int output = add(batch, 0);
            context.decode(batch);
            return context.logits(output);
        }
    }

    private static float[] alone(LlamaModel model, Adapter adapter) {
        try (LoraAdapter lora = LoraAdapter.load(model, adapter.gguf());
                LlamaContext context = LlamaContext.create(model, OPTIONS)) {
            lora.attach(context, 1);
            return logits(context);
        }
    }

    private static double distance(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN2", "QWEN3", "GEMMA3"})
    void anAdapterOfAllModulesIsHotApplied(Variant variant) {
        Adapter first = TinyModel.adapter(variant);
        Adapter second = TinyModel.opposite(first);
        try (LlamaModel model = open(variant);
                ResidentAdapter resident = ResidentAdapter.create(model, first.gguf());
                LlamaContext context = LlamaContext.create(model, OPTIONS)) {
            resident.attach(context, 1);
            resident.apply(second.generated());
            float[] expected = alone(model, second);
            assertThat(distance(logits(context), expected)).isLessThan(1e-4);
            assertThat(distance(alone(model, first), expected)).isGreaterThan(0.1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN2", "QWEN3", "GEMMA3"})
    void adaptersOfAllModulesShareABatch(Variant variant) {
        Adapter first = TinyModel.adapter(variant);
        Adapter second = TinyModel.opposite(first);
        try (LlamaModel model = open(variant);
                AdapterBank bank = AdapterBank.create(model, first.gguf(), 2);
                LlamaContext context = bank.context(OPTIONS);
                TokenBatch batch = TokenBatch.allocate(2 * PROMPT.length, 2)) {
            bank.attach(context);
            bank.put(Map.of(0, first.generated(), 1, second.generated()));
            List<Integer> outputs = List.of(add(batch, 0), add(batch, 1));
            int[] slots = new int[2 * PROMPT.length];
            IntStream.range(PROMPT.length, slots.length).forEach(token -> slots[token] = 1);
            bank.decode(context, batch, slots);
            float[] expectedOfFirst = alone(model, first);
            float[] expectedOfSecond = alone(model, second);
            double apart = distance(expectedOfFirst, expectedOfSecond);
            assertThat(distance(context.logits(outputs.getFirst()), expectedOfFirst))
                    .isLessThan(0.05 * apart);
            assertThat(distance(context.logits(outputs.getLast()), expectedOfSecond))
                    .isLessThan(0.05 * apart);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN2", "QWEN3", "GEMMA3"})
    void hiddenStatesAreTakenAfterEveryLayer(Variant variant) {
        try (LlamaModel model = open(variant)) {
            float[] before = new float[model.hiddenSize()];
            for (int layer = 1; layer <= model.layers(); layer++) {
                try (LlamaContext context = LlamaContext.create(
                                model, OPTIONS.withSequences(1).withHiddenLayer(layer));
                        TokenBatch batch = TokenBatch.allocate(PROMPT.length, 1)) {
                    int output = add(batch, 0);
                    context.decode(batch);
                    float[] state = context.embedding(output);
                    assertThat(state).hasSize(model.hiddenSize()).doesNotContain(Float.NaN);
                    assertThat(distance(state, before)).isGreaterThan(0.01);
                    before = state;
                }
            }
        }
    }
}
