package dev.icmlora.function.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.Eventually;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

@Timeout(value = 10, threadMode = ThreadMode.SEPARATE_THREAD)
class SingleFlightTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Admission admission = new Admission(30, 2, IntUnaryOperator.identity());
    private final SingleFlight<String, String> flights = new SingleFlight<>(made -> "shared " + made);
    private final AtomicInteger computations = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void everythingEnds() {
        gate.countDown();
        admission.close();
        assertThat(admission.callers()).isZero();
    }

    @Test
    void whatManyAskForAtTheSameTimeIsComputedOnce() {
        var first = ask("red", this::computed);
        await(begun);
        var others =
                IntStream.range(0, 20).mapToObj(_ -> ask("red", this::computed)).toList();
        Eventually.until(() -> admission.waiting() == 0);

        gate.countDown();

        assertThat(first.join()).isEqualTo("made 1");
        assertThat(others).allSatisfy(other -> assertThat(other.join()).isEqualTo("shared made 1"));
        assertThat(ask("red", this::computed).join()).isEqualTo("made 2");
    }

    @Test
    void whatWaitsForItKeepsNoOtherOut() {
        var crowd =
                IntStream.range(0, 5).mapToObj(_ -> ask("red", this::computed)).toList();
        await(begun);

        assertThat(admission.submit("alice", LONG, _ -> "answered").await().indefinitely())
                .isEqualTo("answered");

        gate.countDown();
        crowd.forEach(CompletableFuture::join);
    }

    @Test
    void itGoesOnWhereTheRequestThatBeganItLeaves() {
        var first = ask("red", this::computed);
        await(begun);
        var next = ask("red", this::computed);
        Eventually.until(() -> admission.waiting() == 0);

        first.cancel(true);
        Eventually.until(() -> admission.inside() == 1);
        gate.countDown();

        assertThat(next.join()).isEqualTo("made 1");
    }

    @Test
    void itIsCancelledWhenTheLastRequestLeaves() {
        var told = new CompletableFuture<Boolean>();
        var only = ask("red", computation -> {
            begun.countDown();
            Eventually.until(() -> computation.cancellation().isRequested());
            told.complete(true);
            return "too late";
        });
        await(begun);

        only.cancel(true);

        assertThat(told.join()).isTrue();
    }

    /// Its caller has another one at work, so that the place goes to one that has none.
    @Test
    void itLeavesTheLineWhenTheLastRequestLeaves() {
        var other = occupy("alice");
        var asks = new CountDownLatch(1);
        var request = admission
                .submit("alice", LONG, admitted -> {
                    await(asks);
                    return flights.of(
                            "red",
                            _ -> {
                                throw new AssertionError("must not run");
                            },
                            admitted);
                })
                .subscribeAsCompletionStage();
        var next = admission
                .submit("bob", LONG, _ -> {
                    begun.countDown();
                    return await(gate);
                })
                .subscribeAsCompletionStage();
        asks.countDown();
        await(begun);
        assertThat(admission.waiting()).isEqualTo(1);

        request.cancel(true);

        Eventually.until(() -> admission.waiting() == 0 && admission.inside() == 2);
        gate.countDown();
        other.join();
        next.join();
    }

    @Test
    void whatItFailsWithAllFailWith() {
        var requests = IntStream.range(0, 3)
                .mapToObj(_ -> ask("red", _ -> {
                    begun.countDown();
                    await(gate);
                    throw new IllegalArgumentException("broken");
                }))
                .toList();
        await(begun);
        Eventually.until(() -> admission.waiting() == 0);
        gate.countDown();

        assertThat(requests)
                .allSatisfy(request -> assertThatThrownBy(request::join).hasRootCauseMessage("broken"));
        assertThat(ask("red", this::computed).join()).isEqualTo("made 1");
    }

    @Test
    void anImpatientRequestGetsNothingOfWhatAnotherBegan() {
        var first = ask("red", this::computed);
        await(begun);

        var impatient = admission
                .submit("alice", LONG, admitted -> flights.of("red", this::computed, admitted, _ -> true))
                .subscribeAsCompletionStage();

        assertThat(impatient.join()).isEmpty();
        gate.countDown();
        assertThat(first.join()).isEqualTo("made 1");
    }

    @Test
    void anImpatientRequestLeavesWhatItBegan() {
        var impatient = admission
                .submit("alice", LONG, admitted -> flights.of("red", this::computed, admitted, mine -> mine))
                .subscribeAsCompletionStage();

        assertThat(impatient.join()).isEmpty();
        gate.countDown();
    }

    @Test
    void oneThatNeedsAnotherWaitsWithoutAPlace() {
        var nested = IntStream.range(0, 8)
                .mapToObj(i -> ask("outer " + i, outer -> "of " + flights.of("inner", this::computed, outer)))
                .toList();
        await(begun);
        gate.countDown();

        assertThat(nested.stream().map(CompletableFuture::join))
                .allSatisfy(it -> assertThat(it).startsWith("of "));
    }

    @Test
    void itHasTheTimeOfTheRequestThatBeganIt() {
        var late = catchThrowableOfType(
                RequestException.class,
                () -> admission
                        .submit(
                                "alice",
                                Duration.ofMillis(300),
                                request -> flights.of(
                                        "red",
                                        computation -> {
                                            Eventually.until(() ->
                                                    computation.cancellation().isShortOfTime());
                                            return computed(computation);
                                        },
                                        request))
                        .await()
                        .indefinitely());

        // Its own work was no waiting for others.
        assertThat(late.kind()).isEqualTo(Kind.DEADLINE);
        assertThat(begun.getCount()).isZero();
    }

    @Test
    void closingLetsARequestEndThatWaitsForIt() {
        var request = ask("red", this::computed);
        await(begun);

        var closing = CompletableFuture.runAsync(admission::close);
        Eventually.until(() -> !admission.hasRoom());
        gate.countDown();

        assertThat(request.join()).isEqualTo("made 1");
        closing.join();
    }

    @Test
    void closingCancelsItForARequestThatTakesLong() {
        var request = admission
                .submitLong(
                        "alice",
                        LONG,
                        admitted -> flights.of(
                                "red",
                                computation -> {
                                    begun.countDown();
                                    Eventually.until(
                                            () -> computation.cancellation().isRequested());
                                    return "too late";
                                },
                                admitted))
                .subscribeAsCompletionStage();
        await(begun);

        admission.close();

        assertThatThrownBy(request::join).hasCauseInstanceOf(EngineClosedException.class);
    }

    private String computed(Admitted computation) {
        begun.countDown();
        await(gate);
        return "made " + computations.incrementAndGet();
    }

    private CompletableFuture<String> ask(String key, Function<Admitted, String> compute) {
        return admission
                .submit("alice", LONG, request -> flights.of(key, compute, request))
                .subscribeAsCompletionStage();
    }

    private CompletableFuture<Boolean> occupy(String caller) {
        var has = new CountDownLatch(1);
        var running = admission
                .submit(caller, LONG, _ -> {
                    has.countDown();
                    return await(gate);
                })
                .subscribeAsCompletionStage();
        await(has);
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
