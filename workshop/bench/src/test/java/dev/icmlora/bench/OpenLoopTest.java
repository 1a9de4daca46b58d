package dev.icmlora.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

class OpenLoopTest {

    private static final Duration LENGTH = Duration.ofMillis(500);

    @Test
    void sendsWithoutWaitingForAnswers() {
        var result = OpenLoop.run(
                1000, LENGTH, i -> new CompletableFuture<Integer>().completeOnTimeout(200, 300, TimeUnit.MILLISECONDS));

        assertThat(result.replies().size()).isBetween(300, 700);
        assertThat(result.answered().within(0)).isGreaterThanOrEqualTo(299);
        // The last 300 ms of requests are answered after the end.
        assertThat(result.answersPerSecond()).isLessThan(result.replies().size() * 0.6 / 0.5);
    }

    @Test
    void tellsAnswersFromRefusalsAndTheRest() {
        var statuses = List.of(200, 429, 503, 504, 500);
        var result = OpenLoop.run(
                400,
                LENGTH,
                i -> i % 6 == 5
                        ? CompletableFuture.failedFuture(new IOException("reset"))
                        : CompletableFuture.completedFuture(statuses.get(i % 6)));

        var sent = result.replies().size();
        assertThat(result.answered().count()).isCloseTo(sent / 6, within(1));
        assertThat(result.refused().count()).isCloseTo(sent / 3, within(2));
        assertThat(result.others()).contains(0, 500, 504).doesNotContain(200, 429, 503);
    }
}
