package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Test;

import dev.icmlora.Choices;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Whatever the settings, they are refused, or a token of the vocabulary is chosen: the same one by the same
/// settings.
class SamplerFuzzTest {
    private static final LlamaModel MODEL = SharedModel.get();
    private static final LlamaContext CONTEXT = LlamaContext.create(MODEL, SharedModel.options(1));
    private static final int OUTPUT;

    static {
        int[] prompt = MODEL.vocabulary().tokenize("Once upon a time", false);
        try (TokenBatch batch = SharedModel.batch(prompt)) {
            CONTEXT.decode(batch);
        }
        OUTPUT = prompt.length - 1;
    }

    @Test
    void randomSettings() {
        Choices.random(150, 40, SamplerFuzzTest::sample);
    }

    @FuzzTest
    void settings(byte[] bytes) {
        sample(bytes);
    }

    private static void sample(byte[] bytes) {
        Choices choices = new Choices(bytes);
        SamplingOptions options;
        try {
            options = new SamplingOptions(
                    choices.mostlyBetween(0, 3),
                    choices.mostlyBelow(300),
                    choices.mostlyBetween(0, 1),
                    choices.mostlyBetween(0, 1),
                    new SamplingOptions.Penalties(
                            choices.mostlyBetween(0.5f, 2),
                            choices.mostlyBetween(-2, 2),
                            choices.mostlyBetween(-2, 2),
                            choices.mostlyBelow(2000)),
                    choices.mostlyBelow(10),
                    Optional.empty());
        } catch (IllegalArgumentException expected) {
            assertThat(expected).hasMessageContaining(" is ");
            return;
        }
        int first = first(options);
        assertThat(first).isBetween(0, MODEL.vocabulary().size() - 1);
        if (options.seed() != -1) {
            assertThat(first(options)).isEqualTo(first);
        }
    }

    private static int first(SamplingOptions options) {
        try (Sampler sampler = Sampler.create(options, MODEL.vocabulary())) {
            int token = sampler.sample(CONTEXT, OUTPUT);
            sampler.sample(CONTEXT, OUTPUT);
            return token;
        }
    }
}
