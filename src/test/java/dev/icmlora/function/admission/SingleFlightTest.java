package dev.icmlora.function.admission;

import static dev.icmlora.function.access.Caller.TokenAccount.unlimited;
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

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.Eventually;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

@Timeout(value = 10, threadMode = ThreadMode.SEPARATE_THREAD)
class SingleFlightTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Admission admission = new Admission(30, 2, IntUnaryOperator.identity());
    private final SingleFlight<String, String> flights = new SingleFlight<>();
    private final AtomicInteger computations = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void everythingEnds() {
        gate.countDown();
        admission.close();
        assertThat(admission.inside.all()).isZero();
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
        assertThat(others).allSatisfy(other -> assertThat(other.join()).isEqualTo("made 1"));
        assertThat(ask("red", this::computed).join()).isEqualTo("made 2");
    }

    @Test
    void whatWaitsForItKeepsNoOtherOut() {
        var crowd =
                IntStream.range(0, 5).mapToObj(_ -> ask("red", this::computed)).toList();
        await(begun);

        assertThat(admission.<String>submit(unlimited("alice"), LONG, false, _ -> "answered"))
                .isEqualTo("answered");

        gate.countDown();
        crowd.forEach(CompletableFuture::join);
    }

    @Test
    void itGoesOnWhereTheRequestThatBeganItLeaves() {
        var first = request();
        var left = ask("red", this::computed, first);
        await(begun);
        var next = ask("red", this::computed);
        Eventually.until(() -> admission.waiting() == 0);

        admission.withdraw(first);
        assertThatThrownBy(left::join).hasCauseInstanceOf(CancelledException.class);
        gate.countDown();

        assertThat(next.join()).isEqualTo("made 1");
    }

    @Test
    void itIsCancelledWhenTheLastRequestLeaves() {
        var told = new CompletableFuture<Boolean>();
        var only = request();
        ask(
                "red",
                computation -> {
                    begun.countDown();
                    Eventually.until(() -> computation.cancellation().isRequested());
                    told.complete(true);
                    return "too late";
                },
                only);
        await(begun);

        admission.withdraw(only);

        assertThat(told.join()).isTrue();
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

        var impatient = admission.begin(request(), one -> flights.of("red", this::computed, one, () -> true));

        assertThat(impatient.join()).isEmpty();
        gate.countDown();
        assertThat(first.join()).isEqualTo("made 1");
    }

    @Test
    void anImpatientRequestLeavesWhatItBegan() {
        var impatient = admission.begin(request(), one -> flights.of("red", this::computed, one, () -> true));

        assertThat(impatient.join()).isEmpty();
        gate.countDown();
    }

    @Test
    void oneMayNeedAnother() {
        var nested = IntStream.range(0, 8)
                .mapToObj(i -> ask("outer " + i, outer -> "of " + compute("inner", this::computed, outer)))
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
                () -> admission.submit(
                        unlimited("alice"),
                        Duration.ofMillis(300),
                        false,
                        request -> compute(
                                "red",
                                computation -> {
                                    Eventually.until(
                                            () -> computation.cancellation().isShortOfTime());
                                    return computed(computation);
                                },
                                request)));

        // Its own work was no waiting for others.
        assertThat(late.kind()).isEqualTo(Kind.DEADLINE);
        assertThat(begun.getCount()).isZero();
    }

    /// Each change of what a computation within another one is told, until a client waits for the outer one.
    @Test
    void itIsAsUrgentAsTheMostUrgentThatWaits() {
        var background = request();
        background.cancellation().letOthersFirst();
        var inner = new CompletableFuture<Turn>();
        var first = ask(
                "outer",
                outer -> compute(
                        "inner",
                        computation -> {
                            inner.complete(computation);
                            return computed(computation);
                        },
                        outer),
                background);
        var computation = inner.join().cancellation();
        assertThat(computation.letsOthersFirst()).isTrue();

        var client = request();
        var second = ask("outer", this::computed, client);
        Eventually.until(() -> !computation.letsOthersFirst());
        admission.withdraw(client);
        assertThatThrownBy(second::join).hasCauseInstanceOf(CancelledException.class);
        assertThat(computation.letsOthersFirst()).isTrue();

        gate.countDown();
        assertThat(first.join()).isEqualTo("made 1");
    }

    @Test
    void itEndsInTimeForEachThatWaits() {
        var first = ask(
                "red",
                computation -> {
                    begun.countDown();
                    Eventually.until(() -> computation.cancellation().isShortOfTime());
                    return "cut short";
                },
                new Turn(admission, unlimited("alice"), Duration.ofHours(1), true));
        await(begun);

        var second = ask("red", this::computed, new Turn(admission, unlimited("bob"), Duration.ofSeconds(1), false));

        assertThat(second.join()).isEqualTo("cut short");
        assertThat(first.join()).isEqualTo("cut short");
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
        var request = ask(
                "red",
                computation -> {
                    begun.countDown();
                    Eventually.until(() -> computation.cancellation().isRequested());
                    return "too late";
                },
                new Turn(admission, unlimited("alice"), LONG, true));
        await(begun);

        admission.close();

        assertThatThrownBy(request::join).hasCauseInstanceOf(EngineClosedException.class);
    }

    private String computed(Turn computation) {
        begun.countDown();
        await(gate);
        return "made " + computations.incrementAndGet();
    }

    private Turn request() {
        return new Turn(admission, unlimited("alice"), LONG, false);
    }

    private CompletableFuture<String> ask(String key, Function<Turn, String> compute) {
        return ask(key, compute, request());
    }

    private CompletableFuture<String> ask(String key, Function<Turn, String> compute, Turn request) {
        return admission.begin(request, one -> compute(key, compute, one));
    }

    private String compute(String key, Function<Turn, String> compute, Turn request) {
        return flights.of(key, compute, request, () -> false).orElseThrow();
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
