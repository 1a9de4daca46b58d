package dev.icmlora.function.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.Eventually;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class AdmissionTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final IntUnaryOperator ALL = IntUnaryOperator.identity();
    private static final IntUnaryOperator HALF = all -> Math.max(1, all / 2);

    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    void refusesWhatMayNeitherRunNorWait() {
        try (var admission = new Admission(1, 1, ALL)) {
            var running = occupy(admission, "alice");
            assertThat(admission.hasRoom()).isTrue();
            var waiting = submit(admission, "alice", "waited");
            assertThat(admission.hasRoom()).isFalse();
            assertThat(admission.waiting()).isEqualTo(1);

            assertThatThrownBy(() -> admission
                            .submit("bob", LONG, _ -> "refused")
                            .await()
                            .indefinitely())
                    .isInstanceOf(RequestException.class)
                    .hasMessage("2 requests are at work or wait already, which is the limit");
            assertThatThrownBy(() -> admission.requireRoom("bob")).isInstanceOf(RequestException.class);

            gate.countDown();
            assertThat(waiting.join()).isEqualTo("waited");
            assertThat(running.join()).isEqualTo("ran");
        }
    }

    @Test
    void aCrowdOfOneCallerLeavesHalfToOthers() {
        try (var admission = new Admission(10, 4, HALF)) {
            var atWork = new AtomicInteger();
            var crowd = IntStream.range(0, 7)
                    .mapToObj(_ -> submit(admission, "crowd", () -> {
                        atWork.incrementAndGet();
                        return await(gate);
                    }))
                    .toList();

            assertThat(admission.hasRoom("crowd")).isFalse();
            assertThatThrownBy(() -> admission.requireRoom("crowd"))
                    .isInstanceOf(RequestException.class)
                    .hasMessage("7 requests are at work or wait already, which is the limit for one caller");
            assertThat(submit(admission, "alice", "answered").join()).isEqualTo("answered");
            Eventually.until(() -> atWork.get() == 2);
            assertThat(admission.waiting()).isEqualTo(5);

            gate.countDown();
            crowd.forEach(CompletableFuture::join);
        }
    }

    @Test
    void whereAllAreOneCallerItMayHaveAll() {
        try (var admission = new Admission(2, 2, ALL)) {
            var begun = new CountDownLatch(2);
            var crowd = IntStream.range(0, 4)
                    .mapToObj(_ -> submit(admission, "", () -> {
                        begun.countDown();
                        return await(gate);
                    }))
                    .toList();
            await(begun);
            assertThat(admission.waiting()).isEqualTo(2);

            gate.countDown();
            crowd.forEach(CompletableFuture::join);
        }
    }

    @Test
    void theCallerWithTheFewestAtWorkIsNext() {
        var order = new CopyOnWriteArrayList<String>();
        try (var admission = new Admission(100, 2, ALL)) {
            var running = occupy(admission, "busy");
            var other = new CountDownLatch(1);
            var holder = admission.submit("holder", LONG, _ -> await(other)).subscribeAsCompletionStage();
            var all = new ArrayList<CompletableFuture<Boolean>>();
            for (var caller : List.of("busy", "busy", "first", "second", "first")) {
                all.add(submit(admission, caller, () -> order.add(caller)));
            }
            other.countDown();
            holder.join();

            all.forEach(CompletableFuture::join);
            assertThat(order).containsExactly("first", "second", "first", "busy", "busy");
            gate.countDown();
            running.join();
        }
    }

    /// Of any crowd: so many are inside, so many of them at work, of one caller half; next is the oldest request of a
    /// caller with the fewest at work; and every one that was let in has its turn.
    @Test
    void tenThousandCallersShareTheGate() throws InterruptedException {
        var random = new Random(7);
        var crowd = new Crowd(new Admission(64, 8, HALF), 72, 8);
        for (var step = 0; step < 20_000; step++) {
            if (random.nextInt(5) < 3) {
                // Two callers want more than all others together.
                crowd.submit(random.nextInt(4) > 0 ? random.nextInt(2) : random.nextInt(10_000));
            } else {
                crowd.finish(random);
            }
        }
        crowd.finishAll(random);
    }

    private static final class Crowd {

        private static final Comparator<Request> OLDEST = Comparator.comparingInt(request -> request.number);

        private final Admission admission;
        private final int capacity;
        private final int places;
        private final BlockingQueue<Request> begun = new LinkedBlockingQueue<>();
        private final List<Request> atWork = new ArrayList<>();
        private final List<Request> waiting = new ArrayList<>();
        private int refused;

        Crowd(Admission admission, int capacity, int places) {
            this.admission = admission;
            this.capacity = capacity;
            this.places = places;
        }

        private record Request(int number, int caller, CountDownLatch end, CompletableFuture<Boolean> result) {}

        private int next;

        void submit(int caller) throws InterruptedException {
            var end = new CountDownLatch(1);
            var request = new CompletableFuture<Request>();
            var result = admission
                    .submit(Integer.toString(caller), LONG, _ -> {
                        begun.add(request.join());
                        return AdmissionTest.await(end);
                    })
                    .subscribeAsCompletionStage();
            if (result.isCompletedExceptionally()) {
                var inside = of(caller, atWork) + of(caller, waiting);
                assertThat(inside == capacity / 2 || atWork.size() + waiting.size() == capacity)
                        .isTrue();
                refused++;
                return;
            }
            var accepted = new Request(next++, caller, end, result);
            request.complete(accepted);
            waiting.add(accepted);
            assertThat(atWork.size() + waiting.size()).isLessThanOrEqualTo(capacity);
            assertThat(of(caller, atWork) + of(caller, waiting)).isLessThanOrEqualTo(capacity / 2);
            letIn();
        }

        void finish(Random random) throws InterruptedException {
            if (!atWork.isEmpty()) {
                var ending = atWork.remove(random.nextInt(atWork.size()));
                ending.end.countDown();
                assertThat(ending.result.join()).isTrue();
                letIn();
            }
        }

        void finishAll(Random random) throws InterruptedException {
            while (!atWork.isEmpty()) {
                finish(random);
            }
            assertThat(waiting).isEmpty();
            assertThat(refused).isPositive();
            assertThat(admission.callers()).isZero();
            admission.close();
        }

        private void letIn() throws InterruptedException {
            while (admission.waiting() < waiting.size()) {
                var chosen = begun.take();
                for (var other : waiting) {
                    assertThat(of(other.caller, atWork) >= places / 2
                                    || isBefore(chosen, other)
                                    || other.number == chosen.number)
                            .as("%s before %s", chosen, other)
                            .isTrue();
                }
                waiting.remove(chosen);
                atWork.add(chosen);
                assertThat(atWork.size()).isLessThanOrEqualTo(places);
                assertThat(of(chosen.caller, atWork)).isLessThanOrEqualTo(places / 2);
            }
        }

        private boolean isBefore(Request one, Request other) {
            var busy = Long.compare(of(one.caller, atWork), of(other.caller, atWork));
            // Another caller's later request says nothing of when its first one came.
            return busy < 0 || busy == 0 && OLDEST.compare(one, other) < 0;
        }

        private static long of(int caller, List<Request> requests) {
            return requests.stream().filter(request -> request.caller == caller).count();
        }
    }

    @Test
    void workThatMissesItsDeadlineFailsAndIsTold() {
        try (var admission = new Admission(1, 1, ALL)) {
            var told = new CompletableFuture<Boolean>();
            var late = admission.submit("alice", SHORT, admitted -> {
                await(gate);
                return told.complete(admitted.cancellation().isRequested());
            });

            var missed = deadline(late);
            gate.countDown();

            assertThat(missed.kind()).isEqualTo(Kind.DEADLINE);
            assertThat(told.join()).isTrue();
        }
    }

    @Test
    void aDeadlineThatPassedInTheQueueSaysSo() {
        try (var admission = new Admission(1, 1, ALL)) {
            occupy(admission, "alice");

            var late = deadline(admission.submit("alice", SHORT, _ -> "never"));
            gate.countDown();

            assertThat(late.kind()).isEqualTo(Kind.CROWDED_OUT);
            assertThat(late).hasMessageContaining("within 500 ms, which is the limit; 500 ms of them it waited");
        }
    }

    private static RequestException deadline(Uni<?> late) {
        return catchThrowableOfType(RequestException.class, () -> late.await().indefinitely());
    }

    @Test
    void cancelledWorkLeavesTheQueueWithoutBeingDone() {
        try (var admission = new Admission(1, 1, ALL)) {
            occupy(admission, "alice");
            var cancelled = admission
                    .<String>submit("alice", LONG, _ -> {
                        throw new AssertionError("must not run");
                    })
                    .subscribe()
                    .with(item -> {});

            cancelled.cancel();

            assertThat(admission.hasRoom()).isTrue();
            gate.countDown();
            assertThat(admission.submit("alice", LONG, _ -> "next").await().indefinitely())
                    .isEqualTo("next");
        }
    }

    @Test
    void aFailureReachesOnlyItsSubmitter() {
        try (var admission = new Admission(1, 1, ALL)) {
            assertThatThrownBy(() -> admission
                            .submit("alice", LONG, _ -> {
                                throw new IllegalStateException("broken");
                            })
                            .await()
                            .indefinitely())
                    .hasMessage("broken");
            assertThat(admission.submit("alice", LONG, _ -> "fine").await().indefinitely())
                    .isEqualTo("fine");
        }
    }

    @Test
    void closingEndsWhatRunsAndRefusesTheRest() {
        var admission = new Admission(1, 1, ALL);
        var running = occupy(admission, "alice");
        var waiting = submit(admission, "alice", "never");

        var closing = CompletableFuture.runAsync(admission::close);

        assertThatThrownBy(waiting::join).hasCauseInstanceOf(EngineClosedException.class);
        gate.countDown();
        closing.join();
        assertThat(running.join()).isEqualTo("ran");
        assertThatThrownBy(() ->
                        admission.submit("alice", LONG, _ -> "late").await().indefinitely())
                .isInstanceOf(EngineClosedException.class);
    }

    /// They come back one by one.
    @Test
    void noMoreAreAtWorkThanThereArePlacesWhenWhatTheyWaitForIsThere() {
        try (var admission = new Admission(50, 3, ALL)) {
            var atWork = new AtomicInteger();
            var most = new AtomicInteger();
            var crowd = IntStream.range(0, 40)
                    .mapToObj(i -> admission.submit("crowd " + i % 4, LONG, admitted -> {
                        admitted.aside(true, () -> await(gate));
                        most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(1_000_000);
                        return atWork.decrementAndGet();
                    }))
                    .map(Uni::subscribeAsCompletionStage)
                    .toList();
            gate.countDown();

            crowd.forEach(CompletableFuture::join);
            assertThat(most.get()).isLessThanOrEqualTo(3);
            assertThat(admission.waiting()).isZero();
        }
    }

    @Test
    void aRequestThatLeavesWithoutAPlaceLeavesNothingBehind() {
        try (var admission = new Admission(2, 1, ALL)) {
            var aside = new CountDownLatch(1);
            var left = admission
                    .submit(
                            "alice",
                            LONG,
                            admitted -> admitted.aside(true, () -> {
                                aside.countDown();
                                return await(gate);
                            }))
                    .subscribe()
                    .with(_ -> {});
            await(aside);
            left.cancel();
            gate.countDown();

            assertThat(submit(admission, "alice", "next").join()).isEqualTo("next");
            Eventually.until(() -> admission.callers() == 0);
        }
    }

    @Test
    void aRequestThatLeavesWhileItComesBackIsNotKept() {
        try (var admission = new Admission(2, 1, ALL)) {
            var aside = new CountDownLatch(1);
            var made = new CountDownLatch(1);
            var left = admission
                    .submit(
                            "alice",
                            LONG,
                            admitted -> admitted.aside(true, () -> {
                                aside.countDown();
                                return await(made);
                            }))
                    .subscribe()
                    .with(_ -> {});
            await(aside);
            var another = occupy(admission, "bob");
            made.countDown();
            Eventually.until(() -> admission.waiting() == 1);

            left.cancel();

            assertThat(admission.waiting()).isZero();
            Eventually.until(() -> admission.callers() == 1);
            gate.countDown();
            another.join();
        }
    }

    @Test
    void closingEndsWhatComesBack() {
        var admission = new Admission(1, 1, ALL);
        var aside = new CountDownLatch(1);
        var made = new CountDownLatch(1);
        var back = admission
                .submit(
                        "alice",
                        LONG,
                        admitted -> admitted.aside(true, () -> {
                            aside.countDown();
                            return await(made);
                        }))
                .subscribeAsCompletionStage();
        await(aside);
        var another = occupy(admission, "bob");
        made.countDown();
        Eventually.until(() -> admission.waiting() == 1);

        var closing = CompletableFuture.runAsync(admission::close);
        Eventually.until(() -> isClosed(admission));
        gate.countDown();

        closing.join();
        assertThat(back.join()).isTrue();
        assertThat(another.join()).isEqualTo("ran");
    }

    private static boolean isClosed(Admission admission) {
        try {
            admission.requireRoom("alice");
            return false;
        } catch (EngineClosedException e) {
            return true;
        } catch (RequestException e) {
            return false;
        }
    }

    @Test
    void whatComesBackGoesBeforeWhatCameLater() {
        var order = new CopyOnWriteArrayList<Integer>();
        try (var admission = new Admission(10, 1, ALL)) {
            var aside = new CountDownLatch(3);
            var made = new CountDownLatch(1);
            var crowd = IntStream.range(0, 3)
                    .mapToObj(i -> admission.submit("alice", LONG, admitted -> {
                        admitted.aside(true, () -> {
                            aside.countDown();
                            return await(made);
                        });
                        return order.add(i);
                    }))
                    .map(Uni::subscribeAsCompletionStage)
                    .toList();
            await(aside);
            var another = occupy(admission, "bob");
            var late = submit(admission, "alice", () -> order.add(3));
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
    void waitingForWhatAnotherBeganIsWaiting() {
        try (var admission = new Admission(1, 1, ALL)) {
            var late = deadline(admission.submit("alice", SHORT, admitted -> admitted.aside(true, () -> await(gate))));
            gate.countDown();

            assertThat(late.kind()).isEqualTo(Kind.CROWDED_OUT);
        }
    }

    @Test
    void waitingForItsOwnWorkIsNot() {
        try (var admission = new Admission(1, 1, ALL)) {
            var late = deadline(admission.submit("alice", SHORT, admitted -> admitted.aside(false, () -> await(gate))));
            gate.countDown();

            assertThat(late.kind()).isEqualTo(Kind.DEADLINE);
        }
    }

    @Test
    void closingDoesNotWaitForWhatTakesLong() {
        var admission = new Admission(1, 1, ALL);
        var begun = new CountDownLatch(1);
        var running = admission
                .submitLong("alice", LONG, admitted -> {
                    begun.countDown();
                    while (!admitted.cancellation().isRequested()) {
                        Thread.onSpinWait();
                    }
                    return "cut short";
                })
                .subscribeAsCompletionStage();
        await(begun);

        admission.close();

        assertThatThrownBy(running::join).hasCauseInstanceOf(EngineClosedException.class);
    }

    private static CompletableFuture<String> submit(Admission admission, String caller, String result) {
        return admission.submit(caller, LONG, _ -> result).subscribeAsCompletionStage();
    }

    private static CompletableFuture<Boolean> submit(Admission admission, String caller, Supplier<Boolean> work) {
        return admission.submit(caller, LONG, _ -> work.get()).subscribeAsCompletionStage();
    }

    /// Work that has begun and keeps its place until the gate opens.
    private CompletableFuture<String> occupy(Admission admission, String caller) {
        var begun = new CountDownLatch(1);
        var running = admission
                .submit(caller, LONG, _ -> {
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
