package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.llama.Sampler.SamplingOptions;

class PaceTest {

    private static final long MILLISECOND = 1_000_000;

    private final Pace pace = new Pace();

    @Test
    void itIsThatOfASlowMachineUntilSomethingWasRead() {
        assertThat(pace.seconds()).isEqualTo(2e-3);

        pace.read(128, 0);

        assertThat(pace.seconds()).isCloseTo(1e-3, within(1e-9));
    }

    @Test
    void itFollowsTheMachine() {
        for (var i = 0; i < 20; i++) {
            pace.read(128, 128 * MILLISECOND);
        }
        assertThat(pace.seconds()).isCloseTo(1e-3, within(1e-5));

        pace.read(512, 512 * 4 * MILLISECOND);

        assertThat(pace.seconds()).as("others compute as well").isBetween(3e-3, 4e-3);
    }

    @Test
    void batchesOfFewTokensDoNotSeemToBeOfASlowMachine() {
        for (var i = 0; i < 200; i++) {
            pace.read(1, 16 * MILLISECOND);
        }

        assertThat(pace.seconds()).isCloseTo(1e-3, within(1e-5));
    }

    @Test
    void whatAllPromptsBeginWithIsReadOnce() {
        var prompts = List.of(new int[] {1, 2, 3}, new int[] {1, 2, 4, 5});

        assertThat(Pace.tokens(prompts)).isEqualTo(5);
        assertThat(Pace.tokens(prompts.subList(0, 1))).isEqualTo(3);
        assertThat(Pace.tokens(List.of())).isZero();
    }

    @Test
    void answersTakeTimeToo() {
        // What they begin with is too short to be kept, and read twice.
        var prompts = List.of(new int[] {1, 2, 3}, new int[] {1, 2, 4, 5});
        var text = new Decoding(SamplingOptions.GREEDY, 8, List.of());
        // The first two have three tokens that are read, and one that tells them from each other.
        var labels = Labels.of(
                List.of("left", "right", "up"),
                List.of(new int[] {6, 7, 8, 1, 0}, new int[] {6, 7, 8, 2, 0}, new int[] {9, 0}),
                64);
        var choosing = new Choosing(labels, AnswerListener.NONE, "");

        assertThat(Pace.tokens(prompts, text, 2)).as("writing takes longer").isEqualTo(7 + 2 * 16);
        assertThat(Pace.tokens(prompts, text, 100)).as("no more than it may").isEqualTo(7 + 8 * 16);
        assertThat(Pace.tokens(prompts, choosing, 2)).isEqualTo(7 + 2 * 3);
        var many = IntStream.range(10, 26)
                .mapToObj(last -> new int[] {1, 2, 3, 4, 5, 6, 7, 8, last})
                .toList();
        assertThat(Pace.tokens(many, text, 0)).as("kept for so many").isEqualTo(8 + 16);
    }
}
