package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFormatException;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.NativeCallException;

class AdapterTest {
    private final LlamaModel model = SharedModel.get();
    private final int[] prompt = model.vocabulary().tokenize("The capital of France is", false);

    private float[] logits(LlamaContext context) {
        try (TokenBatch batch = SharedModel.batch(prompt)) {
            context.clearMemory();
            context.decode(batch);
            return context.logits(prompt.length - 1);
        }
    }

    private float[] logitsLoaded(List<NamedTensor> tensors, float scale) {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                LoraAdapter adapter = LoraAdapter.load(model, Adapters.gguf(tensors))) {
            adapter.attach(context, scale);
            return logits(context);
        }
    }

    @Test
    void inPlaceWeightsGiveTheVeryLogitsOfTheSameAdapterLoaded() {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                ResidentAdapter resident = ResidentAdapter.create(model, Adapters.gguf(Adapters.zero()))) {
            float[] base = logits(context);
            resident.attach(context, 1);
            assertThat(logits(context)).isEqualTo(base);
            for (int seed = 1; seed <= 2; seed++) {
                resident.apply(Adapters.random(seed));
                float[] applied = logits(context);
                assertThat(applied).isNotEqualTo(base).isEqualTo(logitsLoaded(Adapters.random(seed), 1));
            }
            resident.attach(context, 0.5f);
            assertThat(logits(context)).isEqualTo(logitsLoaded(Adapters.random(2), 0.5f));
            context.detachAll();
            assertThat(logits(context)).isEqualTo(base);
        }
    }

    @Test
    void fiveHundredAdaptersInARowLeaveMemoryFlat() throws IOException {
        List<List<NamedTensor>> tasks =
                IntStream.range(0, 5).mapToObj(Adapters::random).toList();
        List<List<NamedTensor>> generated = tasks.stream()
                .map(all ->
                        all.stream().filter(t -> t.name().endsWith("lora_b")).toList())
                .toList();
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                ResidentAdapter resident = ResidentAdapter.create(model, Adapters.gguf(Adapters.zero()))) {
            resident.attach(context, 1);
            for (int i = 0; i < 100; i++) {
                resident.apply(tasks.get(i % 5));
            }
            logits(context);
            // Java's heap is resident from the start, so its garbage counts for nothing.
            long before = SharedModel.residentBytes();
            long[] all = IntStream.range(0, 500)
                    .mapToLong(i -> nanos(() -> resident.apply(tasks.get(i % 5))))
                    .sorted()
                    .toArray();
            long[] half = IntStream.range(0, 500)
                    .mapToLong(i -> nanos(() -> resident.apply(generated.get(i % 5))))
                    .sorted()
                    .toArray();
            long grown = SharedModel.residentBytes() - before;
            System.out.printf(
                    "hot-apply A and B: median %d us, p95 %d us; B only: median %d us, p95 %d us; memory %+d KiB%n",
                    all[250] / 1000, all[475] / 1000, half[250] / 1000, half[475] / 1000, grown / 1024);
            assertThat(grown).isLessThan(4 << 20);
            assertThat(logits(context)).isEqualTo(logitsLoaded(tasks.get(4), 1));
        }
    }

    private static long nanos(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return System.nanoTime() - start;
    }

    @Test
    void aRefusedApplyHasWrittenNothing() {
        NamedTensor good = Adapters.random(9).get(1);
        NamedTensor other = Adapters.random(9).get(3);
        List<NamedTensor> bad = List.of(
                new NamedTensor("blk.30.attn_q.weight.lora_b", good.type(), good.shape(), good.data()),
                new NamedTensor(other.name(), GgmlType.BF16, other.shape(), other.data()),
                new NamedTensor(other.name(), other.type(), new long[] {192, 16}, other.data()),
                new NamedTensor(other.name(), other.type(), new long[] {16, 191}, new byte[16 * 191 * 2]),
                good);
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                ResidentAdapter resident = ResidentAdapter.create(model, Adapters.gguf(Adapters.random(1)))) {
            resident.attach(context, 1);
            float[] before = logits(context);
            for (NamedTensor second : bad) {
                assertThatIllegalArgumentException().isThrownBy(() -> resident.apply(List.of(good, second)));
            }
            assertThat(logits(context)).isEqualTo(before);
            resident.apply(List.of());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NamedTensor("x", GgmlType.F16, new long[] {2}, new byte[3]));
    }

    @Test
    void whatIsNoAdapterForTheModelIsRefusedWithItsReason() {
        List<NamedTensor> tensors = Adapters.zero();
        assertThatExceptionOfType(GgufFormatException.class)
                .isThrownBy(() -> LoraAdapter.load(model, new byte[] {1, 2, 3}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoraAdapter.load(model, new GgufWriter().toBytes()))
                .withMessageContaining("general.type is absent");
        byte[] wrongArchitecture = new GgufWriter()
                .string("general.type", "adapter")
                .string("general.architecture", "gemma")
                .toBytes();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoraAdapter.load(model, wrongArchitecture))
                .withMessageContaining("general.architecture is gemma, not llama");
        byte[] wrongAlpha = new GgufWriter()
                .string("general.type", "adapter")
                .string("general.architecture", "llama")
                .string("adapter.type", "lora")
                .uint32("adapter.lora.alpha", 32)
                .toBytes();
        assertThatExceptionOfType(GgufFormatException.class).isThrownBy(() -> LoraAdapter.load(model, wrongAlpha));
        assertThatExceptionOfType(NativeCallException.class)
                .isThrownBy(() -> LoraAdapter.load(model, Adapters.gguf(tensors.subList(0, 1))))
                .withMessageContaining("missing one component");
        NamedTensor b = tensors.get(1);
        List<NamedTensor> wrongShape = List.of(
                tensors.get(0), new NamedTensor(b.name(), b.type(), new long[] {16, 575}, new byte[16 * 575 * 2]));
        assertThatExceptionOfType(NativeCallException.class)
                .isThrownBy(() -> LoraAdapter.load(model, Adapters.gguf(wrongShape)))
                .withMessageContaining("incorrect shape");
        NamedTensor a = tensors.getFirst();
        List<NamedTensor> cube =
                List.of(new NamedTensor(a.name(), a.type(), new long[] {576, 16, 2}, new byte[576 * 16 * 2 * 2]), b);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoraAdapter.load(model, Adapters.gguf(cube)))
                .withMessageContaining("holds matrices");
    }

    @Test
    void anAttachedAdapterOutlivesItsClose() {
        float[] expected = logitsLoaded(Adapters.random(4), 1);
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1))) {
            LoraAdapter adapter = LoraAdapter.load(model, Adapters.gguf(Adapters.random(4)));
            assertThatIllegalArgumentException().isThrownBy(() -> adapter.attach(context, Float.NaN));
            adapter.attach(context, 1);
            adapter.close();
            adapter.close();
            assertThatIllegalStateException().isThrownBy(() -> adapter.attach(context, 1));
            assertThat(logits(context)).isEqualTo(expected);
        }
        ResidentAdapter resident = ResidentAdapter.create(model, Adapters.gguf(Adapters.zero()));
        resident.close();
        assertThatIllegalStateException().isThrownBy(() -> resident.apply(List.of()));
    }

    @Test
    void adaptersMayComeAndGoWhileOthersDecode() throws Exception {
        byte[] gguf = Adapters.gguf(Adapters.random(5));
        float[] expected = logitsLoaded(Adapters.random(5), 1);
        Callable<Boolean> decodes = () -> {
            try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1))) {
                float[] first = logits(context);
                return IntStream.range(0, 8).allMatch(i -> Arrays.equals(first, logits(context)));
            }
        };
        Callable<Boolean> loads = () -> IntStream.range(0, 8).allMatch(i -> {
            try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                    LoraAdapter adapter = LoraAdapter.load(model, gguf)) {
                adapter.attach(context, 1);
                return Arrays.equals(expected, logits(context));
            }
        });
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            for (Future<Boolean> result : executor.invokeAll(List.of(decodes, loads))) {
                assertThat(result.get()).isTrue();
            }
        }
    }
}
