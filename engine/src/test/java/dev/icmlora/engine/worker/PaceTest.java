package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;

import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long MILLISECOND = 1_000_000;

    private final Pace pace = new Pace();

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

        assertThat(Pace.tokens(prompts, 0)).isEqualTo(5);
        assertThat(Pace.tokens(prompts.subList(0, 1), 0)).isEqualTo(3);
        assertThat(Pace.tokens(List.of(), 0)).isZero();
        assertThat(Pace.tokens(prompts, 2)).as("writing takes longer").isEqualTo(5 + 2 * 16);
    }
}
