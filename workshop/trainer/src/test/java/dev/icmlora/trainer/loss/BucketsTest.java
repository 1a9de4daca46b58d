package dev.icmlora.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.trainer.model.Batch;

class BucketsTest {
    @Test
    void long_and_short_prompts_go_into_different_batches() {
        List<Batch.Sample> samples = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            samples.add(sample(i % 2 == 0 ? 40 : 300));
        }

        List<Batch> batches = Buckets.of(samples);

        assertThat(batches).extracting(Batch::length).containsExactly(39, 299);
        assertThat(batches).extracting(Batch::samples).containsExactly(3, 3);
    }

    @Test
    void prompts_of_similar_length_share_a_batch() {
        List<Batch> batches = Buckets.of(List.of(sample(40), sample(44), sample(42)));

        assertThat(batches)
                .singleElement()
                .satisfies(batch -> assertThat(batch.samples()).isEqualTo(3));
    }

    private static Batch.Sample sample(int tokens) {
        return new Batch.Sample(new Prompt(new int[tokens], -1, List.of(new Prompt.Answer(tokens - 1, tokens))), 0);
    }
}
