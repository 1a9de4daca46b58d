package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AdapterBankTest {
    private static final int LORA_SLOTS = 4;

    private final LlamaModel model = SharedModel.get();
    private final int[] prompt = model.vocabulary().tokenize("The capital of France is", false);
    private final List<NamedTensor> shared = Adapters.random(0);

    /// Only tokens with an output reach the feed-forward part of the last layer.
    private static Stream<List<String>> modules() {
        return Stream.of(Adapters.ATTENTION, List.of("attn_output", "ffn_down"));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void eachTokenOfABatchHasItsOwnAdapter(List<String> modules) {
        List<NamedTensor> shared = Adapters.random(0, modules);
        List<List<NamedTensor>> adapters = IntStream.range(0, 4)
                .mapToObj(seed -> adapter(shared, Adapters.random(seed, modules)))
                .toList();
        List<float[]> alone =
                adapters.subList(1, 4).stream().map(this::logitsAlone).toList();
        try (AdapterBank bank = AdapterBank.create(model, Adapters.gguf(shared), LORA_SLOTS);
                LlamaContext context = bank.context(SharedModel.options(3));
                TokenBatch batch = TokenBatch.allocate(3 * prompt.length, 3)) {
            bank.attach(context);
            bank.put(Map.of(3, b(adapters.get(1)), 0, b(adapters.get(2)), 1, b(adapters.get(3))));
            int[] loraSlots = {3, 0, 1};
            int[] slotOfToken = new int[3 * prompt.length];
            List<Integer> outputs = new ArrayList<>();
            for (int sequence = 0; sequence < 3; sequence++) {
                for (int i = 0; i < prompt.length; i++) {
                    slotOfToken[batch.size()] = loraSlots[sequence];
                    int at = batch.add(prompt[i], i, sequence, i == prompt.length - 1);
                    if (i == prompt.length - 1) {
                        outputs.add(at);
                    }
                }
            }
            bank.decode(context, batch, slotOfToken);

            for (int sequence = 0; sequence < 3; sequence++) {
                float[] logits = context.logits(outputs.get(sequence));
                assertThat(distance(logits, alone.get(sequence))).isLessThan(0.05);
                assertThat(distance(logits, alone.get((sequence + 1) % 3))).isGreaterThan(0.3);
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        List<NamedTensor> shared = Adapters.random(0);
        try (AdapterBank bank = AdapterBank.create(model, Adapters.gguf(shared), LORA_SLOTS);
                LlamaContext context = bank.context(SharedModel.options(1));
                TokenBatch batch = SharedModel.batch(prompt)) {
            bank.attach(context);
            assertThatIllegalArgumentException().isThrownBy(() -> bank.put(Map.of(LORA_SLOTS, b(shared))));
            assertThatIllegalArgumentException().isThrownBy(() -> bank.put(Map.of(0, shared)));
            assertThatIllegalArgumentException().isThrownBy(() -> bank.decode(context, batch, new int[1]));
            assertThatIllegalArgumentException().isThrownBy(() -> AdapterBank.create(model, Adapters.gguf(shared), 1));
        }
    }

    /// A of all, and a B of its own.
    private static List<NamedTensor> adapter(List<NamedTensor> shared, List<NamedTensor> own) {
        List<NamedTensor> all = new ArrayList<>(
                shared.stream().filter(t -> t.name().endsWith("lora_a")).toList());
        all.addAll(b(own));
        return all;
    }

    private static List<NamedTensor> b(List<NamedTensor> tensors) {
        return tensors.stream().filter(t -> t.name().endsWith("lora_b")).toList();
    }

    private float[] logitsAlone(List<NamedTensor> tensors) {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                LoraAdapter adapter = LoraAdapter.load(model, Adapters.gguf(tensors));
                TokenBatch batch = SharedModel.batch(prompt)) {
            adapter.attach(context, 1);
            context.decode(batch);
            return context.logits(prompt.length - 1);
        }
    }

    private static double distance(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElseThrow();
    }
}
