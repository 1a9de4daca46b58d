package dev.icmlora.function.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.icmlora.function.error.CancelledException;
import dev.icmlora.function.error.DeadlineException;
import dev.icmlora.function.error.QueueFullException;
import dev.icmlora.function.error.ShuttingDownException;

@Timeout(10)
class SlotThreadTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    @Test
    void worksOnOneThreadInTheOrderOfSubmission() {
        try (var slot = new SlotThread(4, LONG)) {
            var first = slot.submit(c -> Thread.currentThread()).subscribeAsCompletionStage();
            var second = slot.submit(c -> Thread.currentThread()).subscribeAsCompletionStage();

            assertThat(second.join()).isSameAs(first.join()).isNotSameAs(Thread.currentThread());
        }
    }

    @Test
    void refusesWorkBeyondItsCapacity() {
        var gate = new CountDownLatch(1);
        try (var slot = new SlotThread(1, LONG)) {
            var running = occupy(slot, gate);
            assertThat(slot.hasRoom()).isTrue();
            var waiting = slot.submit(c -> "waited").subscribeAsCompletionStage();
            assertThat(slot.hasRoom()).isFalse();

            assertThatThrownBy(() -> slot.submit(c -> "refused").await().indefinitely())
                    .isInstanceOf(QueueFullException.class);

            gate.countDown();
            assertThat(waiting.join()).isEqualTo("waited");
            running.join();
        }
    }

    @Test
    void workThatMissesItsDeadlineFailsAndIsTold() {
        var gate = new CountDownLatch(1);
        var told = new CompletableFuture<Boolean>();
        try (var slot = new SlotThread(1, Duration.ofMillis(50))) {
            var late = slot.submit(cancellation -> {
                await(gate);
                return told.complete(isCancelled(cancellation));
            });

            assertThatThrownBy(() -> late.await().indefinitely()).isInstanceOf(DeadlineException.class);

            gate.countDown();
            assertThat(told.join()).isTrue();
        }
    }

    @Test
    void cancelledWorkLeavesTheQueueWithoutBeingDone() {
        var gate = new CountDownLatch(1);
        try (var slot = new SlotThread(1, LONG)) {
            occupy(slot, gate);
            var cancelled = slot.<String>submit(c -> {
                        throw new AssertionError("must not run");
                    })
                    .subscribe()
                    .with(item -> {});

            cancelled.cancel();

            assertThat(slot.hasRoom()).isTrue();
            gate.countDown();
            assertThat(slot.submit(c -> "next").await().indefinitely()).isEqualTo("next");
        }
    }

    @Test
    void aFailureReachesOnlyItsSubmitter() {
        try (var slot = new SlotThread(1, LONG)) {
            assertThatThrownBy(() -> slot.submit(c -> {
                                throw new IllegalStateException("broken");
                            })
                            .await()
                            .indefinitely())
                    .hasMessage("broken");
            assertThat(slot.submit(c -> "fine").await().indefinitely()).isEqualTo("fine");
            assertThat(slot.isAlive()).isTrue();
        }
    }

    @Test
    void closingEndsWhatRunsAndRefusesTheRest() {
        var gate = new CountDownLatch(1);
        var slot = new SlotThread(1, LONG);
        var running = occupy(slot, gate);
        var waiting = slot.submit(c -> "never").subscribeAsCompletionStage();

        var closing = CompletableFuture.runAsync(slot::close);

        assertThatThrownBy(waiting::join).hasCauseInstanceOf(ShuttingDownException.class);
        gate.countDown();
        closing.join();
        assertThat(running.join()).isEqualTo("ran");
        assertThatThrownBy(() -> slot.submit(c -> "late").await().indefinitely())
                .isInstanceOf(ShuttingDownException.class);
        assertThat(slot.isAlive()).isFalse();
    }

    /// Work that has begun and holds the thread until the gate opens.
    private static CompletableFuture<String> occupy(SlotThread slot, CountDownLatch gate) {
        var begun = new CountDownLatch(1);
        var running = slot.submit(c -> {
                    begun.countDown();
                    await(gate);
                    return "ran";
                })
                .subscribeAsCompletionStage();
        await(begun);
        return running;
    }

    private static boolean isCancelled(Cancellation cancellation) {
        try {
            cancellation.check();
            return false;
        } catch (CancelledException e) {
            return true;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
