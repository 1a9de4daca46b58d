package dev.icmlora.function.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.Eventually;
import dev.icmlora.function.error.DeadlineException;
import dev.icmlora.function.error.QueueFullException;

@Timeout(value = 10, threadMode = ThreadMode.SEPARATE_THREAD)
class AdmissionTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(500);

    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    void refusesWhatMayNeitherRunNorWait() {
        try (var admission = new Admission(1, 1)) {
            var running = occupy(admission, "red");
            assertThat(admission.hasRoom()).isTrue();
            var waiting = submit(admission, "red", "waited");
            assertThat(admission.hasRoom()).isFalse();
            assertThat(admission.waiting()).isEqualTo(1);

            assertThatThrownBy(() -> admission
                            .submit("red", LONG, c -> "refused")
                            .await()
                            .indefinitely())
                    .isInstanceOf(QueueFullException.class);
            assertThatThrownBy(admission::requireRoom).isInstanceOf(QueueFullException.class);

            gate.countDown();
            assertThat(waiting.join()).isEqualTo("waited");
            assertThat(running.join()).isEqualTo("ran");
        }
    }

    @Test
    void aCrowdThatWantsOneAdapterDoesNotKeepAnotherOut() {
        var order = new CopyOnWriteArrayList<String>();
        try (var admission = new Admission(100, 2)) {
            // One of the two places is the crowd's throughout.
            var running = occupy(admission, "crowd");
            var other = new CountDownLatch(1);
            var holder = admission.submit("holder", LONG, c -> await(other)).subscribeAsCompletionStage();
            var crowd = IntStream.range(0, 20)
                    .mapToObj(i -> submit(admission, "crowd", () -> order.add("crowd")))
                    .toList();
            var alone = submit(admission, "alone", () -> order.add("alone"));
            other.countDown();
            holder.join();

            alone.join();
            crowd.forEach(CompletableFuture::join);
            assertThat(order.indexOf("alone")).isLessThanOrEqualTo(1);
            gate.countDown();
            running.join();
        }
    }

    @Test
    void whoeverHasWaitedLongGoesBeforeThoseWhoseAdaptersAreIdle() throws InterruptedException {
        var order = new CopyOnWriteArrayList<String>();
        try (var admission = new Admission(100, 2)) {
            var running = occupy(admission, "busy");
            var other = new CountDownLatch(1);
            var holder = admission.submit("holder", LONG, c -> await(other)).subscribeAsCompletionStage();
            var patient = submit(admission, "busy", () -> order.add("patient"));
            // A second of waiting weighs as much as one request at work.
            Thread.sleep(1200);
            var fresh = IntStream.range(0, 5)
                    .mapToObj(i -> submit(admission, "fresh " + i, () -> order.add("fresh")))
                    .toList();
            other.countDown();
            holder.join();

            patient.join();
            fresh.forEach(CompletableFuture::join);
            assertThat(order.getFirst()).isEqualTo("patient");
            gate.countDown();
            running.join();
        }
    }

    @Test
    void workThatMissesItsDeadlineFailsAndIsTold() {
        try (var admission = new Admission(1, 1)) {
            var told = new CompletableFuture<Boolean>();
            var late = admission.submit("red", SHORT, cancellation -> {
                await(gate);
                return told.complete(cancellation.isRequested());
            });

            var missed = deadline(late);
            gate.countDown();

            assertThat(missed.hasMostlyWaited()).isFalse();
            assertThat(told.join()).isTrue();
        }
    }

    @Test
    void aDeadlineThatPassedInTheQueueSaysSo() {
        try (var admission = new Admission(1, 1)) {
            occupy(admission, "red");

            var late = deadline(admission.submit("red", SHORT, c -> "never"));
            gate.countDown();

            assertThat(late.hasMostlyWaited()).isTrue();
            assertThat(late).hasMessageContaining("within 500 ms, which is the limit; 500 ms of them it waited");
        }
    }

    private static DeadlineException deadline(Uni<?> late) {
        return catchThrowableOfType(DeadlineException.class, () -> late.await().indefinitely());
    }

    @Test
    void cancelledWorkLeavesTheQueueWithoutBeingDone() {
        try (var admission = new Admission(1, 1)) {
            occupy(admission, "red");
            var cancelled = admission
                    .<String>submit("red", LONG, c -> {
                        throw new AssertionError("must not run");
                    })
                    .subscribe()
                    .with(item -> {});

            cancelled.cancel();

            assertThat(admission.hasRoom()).isTrue();
            gate.countDown();
            assertThat(admission.submit("red", LONG, c -> "next").await().indefinitely())
                    .isEqualTo("next");
        }
    }

    @Test
    void aFailureReachesOnlyItsSubmitter() {
        try (var admission = new Admission(1, 1)) {
            assertThatThrownBy(() -> admission
                            .submit("red", LONG, c -> {
                                throw new IllegalStateException("broken");
                            })
                            .await()
                            .indefinitely())
                    .hasMessage("broken");
            assertThat(admission.submit("red", LONG, c -> "fine").await().indefinitely())
                    .isEqualTo("fine");
        }
    }

    @Test
    void closingEndsWhatRunsAndRefusesTheRest() {
        var admission = new Admission(1, 1);
        var running = occupy(admission, "red");
        var waiting = submit(admission, "red", "never");

        var closing = CompletableFuture.runAsync(admission::close);

        assertThatThrownBy(waiting::join).hasCauseInstanceOf(EngineClosedException.class);
        gate.countDown();
        closing.join();
        assertThat(running.join()).isEqualTo("ran");
        assertThatThrownBy(
                        () -> admission.submit("red", LONG, c -> "late").await().indefinitely())
                .isInstanceOf(EngineClosedException.class);
    }

    @Test
    void whoeverWaitsForWhatAnotherMakesKeepsNobodyOut() {
        try (var admission = new Admission(10, 2)) {
            var once = new Once<String, String>();
            var made = new AtomicReference<String>();
            var begun = new CountDownLatch(1);
            var crowd = IntStream.range(0, 5)
                    .mapToObj(i -> admission
                            .submit(
                                    "crowd",
                                    LONG,
                                    c -> once.of(
                                            "red",
                                            () -> Optional.ofNullable(made.get()),
                                            () -> {
                                                begun.countDown();
                                                await(gate);
                                                made.set("made");
                                                return "made";
                                            },
                                            c))
                            .subscribeAsCompletionStage())
                    .toList();
            await(begun);

            assertThat(submit(admission, "alone", "answered").join()).isEqualTo("answered");
            Eventually.until(() -> admission.waiting() == 0);
            gate.countDown();
            assertThat(crowd).allSatisfy(one -> assertThat(one.join()).isEqualTo("made"));
            assertThat(admission.waiting()).isZero();
        }
    }

    /// They come back one by one.
    @Test
    void noMoreAreAtWorkThanThereArePlacesWhenWhatTheyWaitForIsMade() {
        try (var admission = new Admission(50, 3)) {
            var atWork = new AtomicInteger();
            var most = new AtomicInteger();
            var crowd = IntStream.range(0, 40)
                    .mapToObj(i -> submit(admission, "crowd " + i % 4, () -> {
                        Admission.withoutPlace(() -> await(gate));
                        most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(1_000_000);
                        atWork.decrementAndGet();
                        return true;
                    }))
                    .toList();
            gate.countDown();

            crowd.forEach(CompletableFuture::join);
            assertThat(most.get()).isLessThanOrEqualTo(3);
            assertThat(admission.waiting()).isZero();
        }
    }

    @Test
    void whoeverLeavesWhileAnotherMakesItLeavesNothingBehind() {
        try (var admission = new Admission(2, 1)) {
            var aside = new CountDownLatch(1);
            var ended = new CountDownLatch(1);
            var left = admission
                    .submit("red", LONG, c -> {
                        try {
                            return Admission.withoutPlace(() -> {
                                aside.countDown();
                                return await(gate);
                            });
                        } finally {
                            ended.countDown();
                        }
                    })
                    .subscribe()
                    .with(_ -> {});
            await(aside);
            left.cancel();
            gate.countDown();
            await(ended);

            assertThat(submit(admission, "red", "next").join()).isEqualTo("next");
            assertThat(admission.waiting()).isZero();
        }
    }

    @Test
    void closingEndsWhatComesBack() {
        var admission = new Admission(1, 1);
        var aside = new CountDownLatch(1);
        var made = new CountDownLatch(1);
        var back = submit(
                admission,
                "red",
                () -> Admission.withoutPlace(() -> {
                    aside.countDown();
                    return await(made);
                }));
        await(aside);
        var another = occupy(admission, "green");
        made.countDown();
        Eventually.until(() -> admission.waiting() == 1);

        var closing = CompletableFuture.runAsync(admission::close);
        Eventually.until(() -> !admission.hasRoom() && isClosed(admission));
        gate.countDown();

        closing.join();
        assertThat(back.join()).isTrue();
        assertThat(another.join()).isEqualTo("ran");
    }

    private static boolean isClosed(Admission admission) {
        try {
            admission.requireRoom();
            return false;
        } catch (EngineClosedException e) {
            return true;
        } catch (QueueFullException e) {
            return false;
        }
    }

    @Test
    void whoeverComesBackGoesBeforeThoseWhoCameLater() {
        var order = new CopyOnWriteArrayList<Integer>();
        try (var admission = new Admission(10, 1)) {
            var aside = new CountDownLatch(3);
            var made = new CountDownLatch(1);
            var crowd = IntStream.range(0, 3)
                    .mapToObj(i -> submit(admission, "red", () -> {
                        Admission.withoutPlace(() -> {
                            aside.countDown();
                            return await(made);
                        });
                        return order.add(i);
                    }))
                    .toList();
            await(aside);
            var another = occupy(admission, "green");
            var late = submit(admission, "red", () -> order.add(3));
            made.countDown();
            Eventually.until(() -> admission.waiting() == 4);
            gate.countDown();

            crowd.forEach(CompletableFuture::join);
            late.join();
            another.join();
            assertThat(order).containsExactly(0, 1, 2, 3);
        }
    }

    /// A deadline that passes then was no fault of the request.
    @Test
    void waitingForWhatAnotherMakesIsWaiting() {
        try (var admission = new Admission(1, 1)) {
            var late = deadline(admission.submit("red", SHORT, c -> Admission.withoutPlace(() -> await(gate))));
            gate.countDown();

            assertThat(late.hasMostlyWaited()).isTrue();
        }
    }

    @Test
    void closingDoesNotWaitForWhatTakesLong() {
        var admission = new Admission(1, 1);
        var begun = new CountDownLatch(1);
        var running = admission
                .submitLong("red", LONG, c -> {
                    begun.countDown();
                    while (!c.isRequested()) {
                        Thread.onSpinWait();
                    }
                    return "cut short";
                })
                .subscribeAsCompletionStage();
        await(begun);

        admission.close();

        assertThatThrownBy(running::join).hasCauseInstanceOf(EngineClosedException.class);
    }

    private static CompletableFuture<String> submit(Admission admission, String queue, String result) {
        return admission.submit(queue, LONG, c -> result).subscribeAsCompletionStage();
    }

    private static CompletableFuture<Boolean> submit(Admission admission, String queue, Supplier<Boolean> work) {
        return admission.submit(queue, LONG, c -> work.get()).subscribeAsCompletionStage();
    }

    /// Work that has begun and keeps its place until the gate opens.
    private CompletableFuture<String> occupy(Admission admission, String queue) {
        var begun = new CountDownLatch(1);
        var running = admission
                .submit(queue, LONG, c -> {
                    begun.countDown();
                    await(gate);
                    return "ran";
                })
                .subscribeAsCompletionStage();
        await(begun);
        return running;
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
