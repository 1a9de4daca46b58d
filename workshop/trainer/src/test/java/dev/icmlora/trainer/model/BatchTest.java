package dev.icmlora.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.icmlora.generator.task.PromptFormat.Prompt;

class BatchTest {
    private static final Prompt TWO_ANSWERS = new Prompt(
            new int[] {10, 11, 12, 13, 14, 15, 16}, -1, List.of(new Prompt.Answer(2, 4), new Prompt.Answer(6, 7)));
    private static final Prompt ONE_ANSWER = new Prompt(new int[] {20, 21, 22}, -1, List.of(new Prompt.Answer(1, 3)));

    @Test
    void every_answer_token_is_asked_for_at_the_position_before_it() {
        Batch batch = Batch.of(List.of(new Batch.Sample(TWO_ANSWERS, 0)));

        assertThat(batch.tokens()).containsExactly(10, 11, 12, 13, 14, 15);
        assertThat(batch.rows()).containsExactly(1, 2, 5);
        assertThat(batch.targets()).containsExactly(12, 13, 16);
    }

    @Test
    void shorter_prompts_are_padded_behind() {
        Batch batch = Batch.of(List.of(new Batch.Sample(ONE_ANSWER, 4), new Batch.Sample(TWO_ANSWERS, 2)));

        assertThat(batch.length()).isEqualTo(6);
        assertThat(batch.tokens()).containsExactly(20, 21, 0, 0, 0, 0, 10, 11, 12, 13, 14, 15);
        assertThat(batch.rows()).containsExactly(0, 1, 7, 8, 11);
        assertThat(batch.targets()).containsExactly(21, 22, 12, 13, 16);
        assertThat(batch.owners()).containsExactly(4, 2);
    }

    @Test
    void what_the_prompts_of_a_sample_begin_with_is_laid_out_once() {
        Prompt left = new Prompt(new int[] {10, 11, 12, 13}, -1, List.of(new Prompt.Answer(3, 4)));
        Prompt right = new Prompt(new int[] {10, 11, 22, 23, 24}, -1, List.of(new Prompt.Answer(3, 5)));

        Batch batch = Batch.of(List.of(new Batch.Sample(List.of(left, right), 0)));

        assertThat(batch.tokens()).containsExactly(10, 11, 12, 22, 23);
        assertThat(batch.positions()).containsExactly(0, 1, 2, 2, 3);
        assertThat(batch.branches()).containsExactly(0, 0, 1, 2, 2);
        assertThat(batch.rows()).containsExactly(2, 3, 4);
        assertThat(batch.targets()).containsExactly(13, 23, 24);
    }

    @Test
    void what_predicts_an_answer_is_not_shared() {
        Prompt left = new Prompt(new int[] {10, 11, 12}, -1, List.of(new Prompt.Answer(2, 3)));
        Prompt right = new Prompt(new int[] {10, 11, 22}, -1, List.of(new Prompt.Answer(2, 3)));

        Batch batch = Batch.of(List.of(new Batch.Sample(List.of(left, right), 0)));

        assertThat(batch.tokens()).containsExactly(10, 11, 11);
        assertThat(batch.rows()).containsExactly(1, 2);
        assertThat(batch.targets()).containsExactly(12, 22);
    }
}
