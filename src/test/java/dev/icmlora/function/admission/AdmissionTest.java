package dev.icmlora.function.admission;

import static dev.icmlora.function.access.Caller.TokenAccount.unlimited;
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
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;

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

            assertThatThrownBy(() -> admission.submit(unlimited("bob"), LONG, false, _ -> "refused"))
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
            var holder = submit(admission, "holder", () -> await(other));
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

    /// Of any crowd: so many are inside, of one caller half of what others leave; so many of them are at work, of
    /// one caller half; next is the oldest request of a caller with the fewest at work; and every one that was let
    /// in has its turn.
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
            var inside = of(caller, atWork) + of(caller, waiting);
            var free = capacity - atWork.size() - waiting.size();
            var mayEnter = inside == 0 ? free > 0 : inside + 1 <= (free + inside) / 2;
            CompletableFuture<Boolean> result;
            try {
                result = admission.begin(new Turn(admission, unlimited(Integer.toString(caller)), LONG, false), _ -> {
                    begun.add(request.join());
                    return AdmissionTest.await(end);
                });
            } catch (RequestException e) {
                assertThat(mayEnter).isFalse();
                refused++;
                return;
            }
            assertThat(mayEnter).isTrue();
            var accepted = new Request(next++, caller, end, result);
            request.complete(accepted);
            waiting.add(accepted);
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
            assertThat(admission.inside.all()).isZero();
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
            var missed = late(admission, admitted -> {
                await(gate);
                return told.complete(admitted.cancellation().isRequested());
            });
            gate.countDown();

            assertThat(missed.kind()).isEqualTo(Kind.DEADLINE);
            assertThat(told.join()).isTrue();
        }
    }

    @Test
    void aDeadlineThatPassedInTheQueueSaysSo() {
        try (var admission = new Admission(1, 1, ALL)) {
            occupy(admission, "alice");

            var late = late(admission, _ -> "never");
            gate.countDown();

            assertThat(late.kind()).isEqualTo(Kind.CROWDED_OUT);
            assertThat(late).hasMessageContaining("within 500 ms, which is the limit; 500 ms of them it waited");
        }
    }

    private static RequestException late(Admission admission, Function<Turn, ?> work) {
        return catchThrowableOfType(
                RequestException.class, () -> admission.submit(unlimited("alice"), SHORT, false, work));
    }

    @Test
    void cancelledWorkLeavesTheQueueWithoutBeingDone() {
        try (var admission = new Admission(1, 1, ALL)) {
            occupy(admission, "alice");
            var cancelled = Thread.ofVirtual()
                    .start(() -> assertThatThrownBy(() -> admission.submit(unlimited("alice"), LONG, false, _ -> {
                        throw new AssertionError("must not run");
                    })));
            Eventually.until(() -> admission.waiting() == 1);

            cancelled.interrupt();

            Eventually.until(admission::hasRoom);
            gate.countDown();
            assertThat(admission.<String>submit(unlimited("alice"), LONG, false, _ -> "next"))
                    .isEqualTo("next");
        }
    }

    @Test
    void aFailureReachesOnlyItsSubmitter() {
        try (var admission = new Admission(1, 1, ALL)) {
            assertThatThrownBy(() -> admission.submit(unlimited("alice"), LONG, false, _ -> {
                        throw new IllegalStateException("broken");
                    }))
                    .hasMessage("broken");
            assertThat(admission.<String>submit(unlimited("alice"), LONG, false, _ -> "fine"))
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
        assertThatThrownBy(() -> admission.submit(unlimited("alice"), LONG, false, _ -> "late"))
                .isInstanceOf(EngineClosedException.class);
    }

    /// They come back one by one.
    @Test
    void noMoreAreAtWorkThanThereArePlacesWhenWhatTheyWaitForIsThere() {
        try (var admission = new Admission(50, 3, ALL)) {
            var atWork = new AtomicInteger();
            var most = new AtomicInteger();
            var crowd = IntStream.range(0, 40)
                    .mapToObj(i -> begin(admission, "crowd " + i % 4, admitted -> {
                        admitted.waitForAnother(() -> await(gate));
                        most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(1_000_000);
                        return atWork.decrementAndGet();
                    }))
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
            var left = new Turn(admission, unlimited("alice"), LONG, false);
            admission.begin(
                    left,
                    _ -> left.waitForAnother(() -> {
                        aside.countDown();
                        return await(gate);
                    }));
            await(aside);
            admission.withdraw(left);
            gate.countDown();

            assertThat(submit(admission, "alice", "next").join()).isEqualTo("next");
            Eventually.until(() -> admission.inside.all() == 0);
        }
    }

    @Test
    void aRequestThatLeavesWhileItComesBackIsNotKept() {
        try (var admission = new Admission(2, 1, ALL)) {
            var aside = new CountDownLatch(1);
            var made = new CountDownLatch(1);
            var left = new Turn(admission, unlimited("alice"), LONG, false);
            admission.begin(
                    left,
                    _ -> left.waitForAnother(() -> {
                        aside.countDown();
                        return await(made);
                    }));
            await(aside);
            var another = occupy(admission, "bob");
            made.countDown();
            Eventually.until(() -> admission.waiting() == 1);

            admission.withdraw(left);

            assertThat(admission.waiting()).isZero();
            Eventually.until(() -> admission.inside.all() == 1);
            gate.countDown();
            another.join();
        }
    }

    @Test
    void closingEndsWhatComesBack() {
        var admission = new Admission(1, 1, ALL);
        var aside = new CountDownLatch(1);
        var made = new CountDownLatch(1);
        var back = begin(
                admission,
                "alice",
                admitted -> admitted.waitForAnother(() -> {
                    aside.countDown();
                    return await(made);
                }));
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
                    .mapToObj(i -> begin(admission, "alice", admitted -> {
                        admitted.waitForAnother(() -> {
                            aside.countDown();
                            return await(made);
                        });
                        return order.add(i);
                    }))
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
            var late = late(admission, admitted -> admitted.waitForAnother(() -> await(gate)));
            gate.countDown();

            assertThat(late.kind()).isEqualTo(Kind.CROWDED_OUT);
        }
    }

    /// Otherwise a request could begin any number of computations at once, by leaving them to others that wait.
    @Test
    void aComputationKeepsThePlaceOfTheRequestThatBeganIt() {
        try (var admission = new Admission(2, 1, ALL)) {
            var computation = begin(admission, "alice", turn -> turn.beginComputation(List.of(turn.cancellation())))
                    .join();
            var next = submit(admission, "bob", "answered");
            assertThat(admission.waiting()).isOne();

            computation.place.leave();

            assertThat(next.join()).isEqualTo("answered");
        }
    }

    /// Each has half of what the others leave, so there is always some left.
    @Test
    void crowdsOfTwoCallersKeepAThirdOneIn() {
        try (var admission = new Admission(10, 2, HALF)) {
            var inside = new ArrayList<CompletableFuture<Boolean>>();
            for (var caller : List.of("alice", "bob")) {
                while (admission.hasRoom(caller)) {
                    inside.add(submit(admission, caller, () -> await(gate)));
                }
            }

            assertThat(inside).hasSize(6 + 3);
            inside.add(submit(admission, "carol", () -> await(gate)));

            gate.countDown();
            inside.forEach(CompletableFuture::join);
        }
    }

    @Test
    void closingDoesNotWaitForWhatTakesLong() {
        var admission = new Admission(1, 1, ALL);
        var begun = new CountDownLatch(1);
        var running = admission.begin(new Turn(admission, unlimited("alice"), LONG, true), admitted -> {
            begun.countDown();
            while (!admitted.cancellation().isRequested()) {
                Thread.onSpinWait();
            }
            return "cut short";
        });
        await(begun);

        admission.close();

        assertThatThrownBy(running::join).hasCauseInstanceOf(EngineClosedException.class);
    }

    private static CompletableFuture<String> submit(Admission admission, String caller, String result) {
        return begin(admission, caller, _ -> result);
    }

    private static CompletableFuture<Boolean> submit(Admission admission, String caller, Supplier<Boolean> work) {
        return begin(admission, caller, _ -> work.get());
    }

    private static <T> CompletableFuture<T> begin(Admission admission, String caller, Function<Turn, T> work) {
        return admission.begin(new Turn(admission, unlimited(caller), LONG, false), work);
    }

    /// Work that has begun and keeps its place until the gate opens.
    private CompletableFuture<String> occupy(Admission admission, String caller) {
        var begun = new CountDownLatch(1);
        var running = begin(admission, caller, _ -> {
            begun.countDown();
            await(gate);
            return "ran";
        });
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
