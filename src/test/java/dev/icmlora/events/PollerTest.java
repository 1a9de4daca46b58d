package dev.icmlora.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.storage.StorageUnavailableException;

class PollerTest {

    /// Longer than the test, so it looks once.
    private static final Duration INTERVAL = Duration.ofMinutes(10);

    @Test
    void thePlaceOfWhatFailedIsForTheNextAtOnce() throws InterruptedException {
        var attempts = new AtomicInteger();
        var second = new CountDownLatch(1);
        var poller = new Poller<>("pieces", INTERVAL, 1, new Semaphore(1), () -> List.of("first", "second"), piece -> {
            if (piece.equals("first")) {
                attempts.incrementAndGet();
                throw new StorageUnavailableException("away", null);
            }
            second.countDown();
        });
        poller.start();
        try {
            assertThat(second.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(attempts).hasValue(1);
        } finally {
            poller.stop();
        }
    }
}
