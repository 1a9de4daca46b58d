package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Test;

import dev.icmlora.Choices;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.NativeException;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Whatever weights, shapes, LoRA slots and scales are written into resident adapters and banks: refused by name,
/// or used; numbers that make no sense end in an exception of the sampler, and are gone with the next
/// weights.
class AdapterFuzzTest {
    private static final LlamaModel MODEL = SharedModel.get();
    private static final int LORA_SLOTS = 2;
    private static final int TOKENS = 3;
    private static final int PROMPT = MODEL.vocabulary().tokenize("Once", false)[0];
    private static final List<NamedTensor> MATRICES = Adapters.random(0).subList(0, 4);
    private static final byte[] FILE = Adapters.gguf(MATRICES);
    private static final ResidentAdapter RESIDENT = ResidentAdapter.create(MODEL, FILE);
    private static final AdapterBank BANK = AdapterBank.create(MODEL, FILE, LORA_SLOTS);
    private static final LlamaContext CONTEXT = BANK.context(SharedModel.options(1));
    private static final LlamaContext FOREIGN = LlamaContext.create(MODEL, SharedModel.options(1));
    private static final float[] CLEAN;

    static {
        BANK.attach(FOREIGN);
        RESIDENT.attach(CONTEXT, 1);
        CLEAN = logits();
    }

    @Test
    void randomWeights() {
        Choices.random(16, 40, AdapterFuzzTest::run);
    }

    @FuzzTest
    void weights(byte[] bytes) {
        run(bytes);
    }

    private static void run(byte[] bytes) {
        Choices choices = new Choices(bytes);
        while (choices.more()) {
            try {
                step(choices);
            } catch (IllegalArgumentException | IllegalStateException | NativeException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
        RESIDENT.apply(MATRICES);
        RESIDENT.attach(CONTEXT, 1);
        assertThat(logits()).containsExactly(CLEAN);
    }

    private static void step(Choices choices) {
        switch (choices.below(5)) {
            case 0 -> RESIDENT.apply(matrices(choices));
            case 1 -> {
                RESIDENT.attach(CONTEXT, choices.mostlyBetween(-2, 2));
                choose(() -> decode(CONTEXT));
            }
            case 2 -> {
                Map<Integer, List<NamedTensor>> loraSlots = new HashMap<>();
                loraSlots.put(choices.mostlyBelow(LORA_SLOTS), matrices(choices));
                BANK.put(loraSlots);
            }
            case 3 -> {
                BANK.attach(CONTEXT);
                decodeWithBank(choices, CONTEXT);
            }
            default -> {
                decodeWithBank(choices, FOREIGN);
                throw new AssertionError("a context that the bank did not make kept adapters apart");
            }
        }
    }

    private static void decodeWithBank(Choices choices, LlamaContext context) {
        int[] loraSlots = new int[choices.of(TOKENS, TOKENS, TOKENS, 0, TOKENS + 1)];
        Arrays.setAll(loraSlots, i -> choices.mostlyBelow(LORA_SLOTS));
        choose(() -> {
            context.clearMemory();
            try (TokenBatch batch = batch()) {
                BANK.decode(context, batch, loraSlots);
            }
        });
    }

    private static void choose(Runnable decode) {
        decode.run();
        try (Sampler sampler = Sampler.create(SamplingOptions.GREEDY.withTemperature(1), MODEL.vocabulary())) {
            assertThat(sampler.sample(CONTEXT, TOKENS - 1))
                    .isBetween(0, MODEL.vocabulary().size() - 1);
        }
    }

    private static List<NamedTensor> matrices(Choices choices) {
        List<NamedTensor> matrices = new ArrayList<>();
        for (int i = choices.below(3); i >= 0; i--) {
            NamedTensor like = MATRICES.get(choices.below(MATRICES.size()));
            String name = choices.oneIn(12) ? "blk.99.attn_q.weight.lora_b" : like.name();
            GgmlType type = choices.oneIn(12) ? choices.of(GgmlType.values()) : like.type();
            long[] shape = like.shape().clone();
            if (choices.oneIn(8)) {
                shape[choices.below(2)] = choices.mostlyBelow(64);
            }
            float[] values = new float[64 * 576];
            Arrays.fill(values, choices.mostlyBetween(-2, 2));
            byte[] data = Halves.toF16(values);
            long length = shape[0] * shape[1] * Short.BYTES + (choices.oneIn(12) ? 2 : 0);
            matrices.add(new NamedTensor(name, type, shape, Arrays.copyOf(data, Math.clamp(length, 0, data.length))));
        }
        return matrices;
    }

    private static float[] logits() {
        decode(CONTEXT);
        return CONTEXT.logits(TOKENS - 1);
    }

    private static void decode(LlamaContext context) {
        context.clearMemory();
        try (TokenBatch batch = batch()) {
            context.decode(batch);
        }
    }

    private static TokenBatch batch() {
        return SharedModel.batch(PROMPT, PROMPT, PROMPT);
    }
}
