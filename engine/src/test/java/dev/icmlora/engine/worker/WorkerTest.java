package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.worker.Worker.Answers;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.llama.DecodeException;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Without a model. The fake context fails on contamination, gaps and a full memory, in every test.
@Timeout(20)
class WorkerTest {

    private static final int SEQUENCES = 4;
    private static final int KEPT = 4;
    private static final int CELLS = 400;
    private static final Optional<ScaledAdapter> BASE = Optional.empty();
    private static final Optional<ScaledAdapter> RED = adapter(1);
    private static final Optional<ScaledAdapter> GREEN = adapter(2);

    private final FakeDecoder base = new FakeDecoder(CELLS, 1);
    private final FakeDecoder adapted = new FakeDecoder(CELLS, 1);
    private final ThreadShare share = new ThreadShare(4);
    /// Time that jobs took. A batch takes one, on the clock of these tests.
    private final AtomicLong spent = new AtomicLong();
    private final Worker worker = worker(adapted, share);

    private Worker worker(FakeDecoder decoder, ThreadShare threadShare) {
        return new Worker(
                "tested-worker",
                new ContextScheduler(base, SEQUENCES, KEPT, 0, CELLS),
                new ContextScheduler(decoder, SEQUENCES, KEPT, 0, CELLS),
                threads -> {},
                threadShare,
                Duration.ZERO,
                () -> base.decoded.size() + decoder.decoded.size() + spent.get());
    }

    @AfterEach
    void everythingIsGivenBack() {
        worker.close();
        assertThat(worker.load()).isZero();
        assertThat(share.busy()).isZero();
    }

    @Test
    void writesAsManyTokensAsAreWanted() {
        assertThat(write(BASE, 10, 5).join().texts()).containsExactly(text(10, 5));
        assertThat(write(RED, 10, 5).join().spent().completionTokens()).isEqualTo(5);
    }

    @Test
    void whatHasNothingToReadIsRefused() {
        for (var prompts : List.of(List.<int[]>of(), List.of(new int[0]), List.of(prompt(3), new int[0]))) {
            assertThatThrownBy(() -> worker.decode(BASE, prompts, decoding(1), new Cancellation(), Observed.NOTHING))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(write(BASE, 3, 1).join().texts()).containsExactly(text(3, 1));
    }

    @Test
    void whatIsOrderedWhileAWorkerClosesIsDoneOrRefusedButNeverForgotten() throws InterruptedException {
        for (var round = 0; round < 300; round++) {
            var closing = worker(adapted, new ThreadShare(1));
            var orders = new CopyOnWriteArrayList<CompletableFuture<Integer>>();
            var ordering = Thread.ofPlatform().start(() -> {
                for (var i = 0; i < 50; i++) {
                    orders.add(closing.run(() -> 1, new Cancellation()));
                }
            });
            closing.close();
            ordering.join();

            assertThat(orders).hasSize(50).allSatisfy(order -> assertThat(order).isDone());
        }
    }

    @Test
    void requestsOfOneAdapterJoinAndLeaveTheBatchAtAnyToken() {
        var gate = new Gate(adapted);
        var longest = write(RED, 3, 30);
        gate.letPass(10);
        var joining = write(RED, 5, 4);
        gate.open();

        assertThat(joining.join().texts()).containsExactly(text(5, 4));
        assertThat(longest.join().texts()).containsExactly(text(3, 30));
        var sizes = adapted.decoded.stream().map(sequences -> sequences.size()).toList();
        assertThat(sizes.subList(0, 10)).containsOnly(1);
        assertThat(sizes.stream().filter(size -> size == 2)).hasSize(4);
        assertThat(sizes.getLast()).isEqualTo(1);
    }

    @Test
    void adaptersWithoutALoraSlotTakeTimeSlices() {
        var gate = new Gate(adapted);
        var heard = new ArrayList<Optional<ScaledAdapter>>();
        var red = write(RED, 3, 40, (answer, delta) -> heard.add(RED));
        var green = write(GREEN, 4, 40, (answer, delta) -> heard.add(GREEN));
        gate.open();

        assertThat(red.join().texts()).containsExactly(text(3, 40));
        assertThat(green.join().texts()).containsExactly(text(4, 40));
        assertThat(heard.subList(0, 40)).contains(RED, GREEN);
        assertThat(adapted.weightsOfBatches).containsOnly(1);
    }

    @Test
    void adaptersWithLoraSlotsShareABatch() {
        var banked = new FakeDecoder(CELLS, 2);
        try (var other = worker(banked, new ThreadShare(1))) {
            var gate = new Gate(banked);
            var written = IntStream.range(1, 4)
                    .mapToObj(i -> other.decode(
                            adapter(i), List.of(prompt(i)), decoding(40), new Cancellation(), Observed.NOTHING))
                    .toList();
            gate.open();

            for (var i = 0; i < written.size(); i++) {
                assertThat(written.get(i).join().texts()).containsExactly(text(i + 1, 40));
            }
            assertThat(banked.weightsOfBatches.stream().filter(n -> n == 2).count())
                    .isGreaterThan(20);
        }
    }

    @Test
    void aCrowdThatWantsOneAdapterDoesNotKeepAnotherOut() {
        var gate = new Gate(adapted);
        var crowd = IntStream.range(0, 6 * SEQUENCES)
                .mapToObj(i -> write(RED, 3, 10))
                .toList();
        gate.letPass(1);
        var alone = write(GREEN, 4, 10);
        var crowdDoneBefore = whenDone(
                alone, () -> crowd.stream().filter(CompletableFuture::isDone).count());
        gate.open();

        assertThat(crowdDoneBefore.join()).isLessThanOrEqualTo(2 * SEQUENCES);
        crowd.forEach(CompletableFuture::join);
    }

    @Test
    void aCancelledRequestEndsWithinTwoTokens() {
        var cancellation = new Cancellation();
        var heard = new AtomicInteger();
        AnswerListener leaves = (answer, delta) -> {
            if (heard.incrementAndGet() == 5) {
                cancellation.request();
            }
        };
        var decoding = new Decoding(SamplingOptions.GREEDY, 100, List.of(), OptionalInt.empty(), false, leaves);

        var left = worker.decode(RED, List.of(prompt(3)), decoding, cancellation, Observed.NOTHING);

        assertThatThrownBy(left::join).hasCauseInstanceOf(CancelledException.class);
        assertThat(heard.get()).isLessThanOrEqualTo(7);
        assertThat(write(RED, 8, 3).join().texts()).containsExactly(text(8, 3));
    }

    @Test
    void aCancelledJobIsNotRun() {
        var gate = new Gate(base);
        var running = write(BASE, 3, 3);
        var cancellation = new Cancellation();
        var job = worker.run(
                () -> {
                    throw new AssertionError("must not run");
                },
                cancellation);
        cancellation.request();
        gate.open();

        assertThatThrownBy(job::join).hasCauseInstanceOf(CancelledException.class);
        running.join();
    }

    @Test
    void aFailedDecodeCostsItsBatchOnlyAndTheWorkerGoesOn() {
        var gate = new Gate(adapted);
        var other = write(BASE, 3, 5);
        var first = write(RED, 3, 20);
        gate.letPass(3);
        var second = write(RED, 4, 20);
        gate.letPass(3);
        adapted.failures.add(new DecodeException(-3, "broken"));
        gate.open();

        assertThatThrownBy(first::join).hasCauseInstanceOf(DecodeException.class);
        assertThatThrownBy(second::join).hasCauseInstanceOf(DecodeException.class);
        assertThat(other.join().texts()).containsExactly(text(3, 5));
        assertThat(write(RED, 3, 5).join().texts()).containsExactly(text(3, 5));
        assertThat(write(GREEN, 3, 5).join().texts()).containsExactly(text(3, 5));
    }

    @Test
    void aPromptWithoutTokensIsRefusedAndCostsNobodyElseAnything() {
        var gate = new Gate(adapted);
        var other = write(RED, 3, 5);
        gate.letPass(1);
        assertThatThrownBy(() -> write(RED, 0, 5)).isInstanceOf(IllegalArgumentException.class);
        gate.open();

        assertThat(other.join().texts()).containsExactly(text(3, 5));
    }

    @Test
    void aDeviceThatFailsAtEverythingIsNotAlive() {
        for (var i = 0; i < 3; i++) {
            assertThat(worker.isAlive(Duration.ofHours(1))).isTrue();
            adapted.failures.add(new DecodeException(-3, "the GPU is lost"));
            assertThatThrownBy(write(RED, 3, 5)::join).hasCauseInstanceOf(DecodeException.class);
        }
        while (worker.isAlive(Duration.ofHours(1))) {
            Thread.onSpinWait(); // the thread hears of the failure just after the one who waited for an answer
        }

        write(RED, 3, 5).join();
        assertThat(worker.isAlive(Duration.ofHours(1))).isTrue();
    }

    @Test
    void anJobThatFailsForItsOwnReasonsSaysNothingOfTheDevice() {
        for (var i = 0; i < 5; i++) {
            var job = worker.run(
                    () -> {
                        throw new IllegalArgumentException("its own");
                    },
                    new Cancellation());
            assertThatThrownBy(job::join).hasRootCauseMessage("its own");
        }
        assertThat(worker.isAlive(Duration.ofHours(1))).isTrue();
    }

    @Test
    void whereTheMemoryIsFullAfterAllTheLargestWaits() {
        var gate = new Gate(adapted);
        var small = write(RED, 3, 10);
        gate.letPass(3);
        var large = write(RED, 4, 30);
        var smallWasFirst = whenDone(large, small::isDone);
        gate.letPass(3);
        adapted.failures.add(new DecodeException(1, "no room"));
        gate.open();

        assertThat(smallWasFirst.join()).isTrue();
        assertThat(large.join().texts()).containsExactly(text(4, 30));
        assertThat(small.join().texts()).containsExactly(text(3, 10));
    }

    @Test
    void anAnswerThatMayBecomeLongLeavesRoomForOthers() {
        var gate = new Gate(adapted);
        var large = write(RED, 5, CELLS - 10);
        gate.letPass(2);
        var small = write(RED, 30, 6);
        var batches = whenDone(small, adapted.decoded::size);
        gate.open();

        assertThat(batches.join()).isLessThan(20);
        assertThat(small.join().texts()).containsExactly(text(30, 6));
        assertThat(large.join().texts()).containsExactly(text(5, CELLS - 10));
    }

    @Test
    void aRequestOfManyTextsLeavesAPlaceForOthers() {
        var gate = new Gate(base);
        var prompts =
                IntStream.rangeClosed(1, 3 * SEQUENCES).mapToObj(i -> prompt(i)).toList();
        var many = worker.decode(BASE, prompts, decoding(80), new Cancellation(), Observed.NOTHING);
        gate.letPass(4);
        var small = write(BASE, 20, 6);
        var batches = whenDone(small, base.decoded::size);
        gate.open();

        assertThat(batches.join()).isLessThan(20);
        assertThat(small.join().texts()).containsExactly(text(20, 6));
        assertThat(many.join().texts())
                .isEqualTo(IntStream.rangeClosed(1, 3 * SEQUENCES)
                        .mapToObj(i -> text(i, 80))
                        .toList());
    }

    /// Each gives way once at most, so no prompt and no part of an answer is read more than twice.
    @RepeatedTest(50)
    void answersThatDoNotFitTogetherAreTheSameAsAlone(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var lengths = random.ints(12, 1, 60).toArray();
        var tokens = random.ints(12, 1, CELLS / 2 - 60).toArray();
        var gate = new Gate(adapted);
        var written = IntStream.range(0, lengths.length)
                .mapToObj(i -> write(i % 3 == 0 ? GREEN : RED, lengths[i], tokens[i]))
                .toList();
        gate.open();

        for (var i = 0; i < lengths.length; i++) {
            assertThat(written.get(i).join().texts()).containsExactly(text(lengths[i], tokens[i]));
        }
        assertThat(adapted.tokensRead)
                .isLessThanOrEqualTo(2 * IntStream.of(lengths).sum()
                        + 2 * IntStream.of(tokens).sum());
    }

    @Test
    void aLargeAnswerIsNotPassedForEver() {
        var gate = new Gate(adapted);
        var before = write(RED, 100, 150);
        gate.letPass(5);
        var large = write(GREEN, 250, 100);
        var passed = new AtomicInteger();
        IntStream.range(0, 4).forEach(i -> pass(large, passed));
        gate.open();

        assertThat(large.join().texts()).containsExactly(text(250, 100));
        assertThat(passed.get()).isBetween(1, 150);
        before.join();
    }

    /// Small ones, one after the other until the large one has its answer.
    private void pass(CompletableFuture<Answers> large, AtomicInteger passed) {
        write(RED, 10, 5).thenRun(() -> {
            if (!large.isDone() && passed.incrementAndGet() < 1000) {
                pass(large, passed);
            }
        });
    }

    @Test
    void aLongPromptLeavesPartOfABatchToOthers() {
        var gate = new Gate(base);
        var large = write(BASE, 300, 1);
        gate.letPass(1);
        var small = write(BASE, 20, 6);
        var read = whenDone(small, () -> base.tokensRead);
        gate.open();

        // Two batches of 64 tokens until the small one answers, and half of one beside each other token of it.
        assertThat(read.join()).isLessThanOrEqualTo(64 + 64 + 5 * (1 + 32));
        assertThat(small.join().texts()).containsExactly(text(20, 6));
        large.join();
    }

    @Test
    void whatLetsOthersGoFirstHasOnePlaceAndReadsLittleBesideThem() {
        var gate = new Gate(base);
        var afterwards = new Cancellation();
        afterwards.letOthersFirst();
        var later = worker.decode(
                BASE,
                List.of(prompt(100), prompt(110)),
                decoding(1),
                afterwards.sameTime(List.of(afterwards)),
                Observed.NOTHING);
        gate.letPass(1);
        var asked = write(BASE, 80, 1);
        var read = whenDone(asked, () -> base.tokensRead);
        gate.open();

        // The first of its prompts was read before, as quickly as any. Of the second, each batch has one token then.
        assertThat(read.join()).isBetween(100 + 80, 100 + 80 + 20);
        assertThat(later.join().texts()).containsExactly(text(100, 1), text(110, 1));
        assertThat(base.decoded.subList(0, 2))
                .allSatisfy(sequences -> assertThat(sequences).hasSize(1));
    }

    @Test
    void weightsThatAreTooLargeFailTheirRequestOnlyAndAreRefusedFromThenOn() {
        var gate = new Gate(adapted);
        adapted.tooLarge.add(GREEN.orElseThrow());
        var fine = worker.decode(
                RED, List.of(prompt(3), prompt(5), prompt(40)), decoding(20), new Cancellation(), Observed.NOTHING);
        gate.letPass(3);
        var failing = worker.decode(
                GREEN, List.of(prompt(3), prompt(100)), decoding(20), new Cancellation(), Observed.NOTHING);
        gate.open();

        requireTooLarge(failing, GREEN);
        assertThat(fine.join().texts()).containsExactly(text(3, 20), text(5, 20), text(40, 20));
        var batches = adapted.decoded.size();
        requireTooLarge(write(GREEN, 3, 5), GREEN);
        assertThat(adapted.decoded).hasSize(batches);
        var weaker = Optional.of(new ScaledAdapter(GREEN.orElseThrow().adapter(), 0.5f));
        assertThat(write(weaker, 3, 5).join().texts()).containsExactly(text(3, 5));
    }

    @Test
    void weightsThatWereTooLargeForOneTenantAreTriedForAnother() {
        adapted.tooLarge.add(GREEN.orElseThrow());
        for (var salt : List.of("one", "other")) {
            var batches = adapted.decoded.size();
            for (var i = 0; i < 2; i++) {
                var decoding = decoding(2, salt);
                requireTooLarge(
                        worker.decode(GREEN, List.of(prompt(3)), decoding, new Cancellation(), Observed.NOTHING),
                        GREEN);
            }
            assertThat(adapted.decoded).hasSize(batches + 1);
        }
    }

    /// One after the other, each of other weights, so that none is known.
    @Test
    void weightsThatAreTooLargeAgainAndAgainDoNotHoldUpAnAnswer() {
        var gate = new Gate(adapted);
        var fine = write(RED, 40, 120);
        gate.letPass(3);
        var attacks = new AtomicInteger();
        IntStream.range(0, 3).forEach(i -> attack(fine, attacks));
        gate.open();

        assertThat(fine.join().texts()).containsExactly(text(40, 120));
        assertThat(attacks.get()).isBetween(3, 12);
        assertThat(adapted.decoded).hasSizeLessThan(400);
    }

    private void attack(CompletableFuture<Answers> attacked, AtomicInteger attacks) {
        var huge = adapter(-1 - attacks.incrementAndGet());
        adapted.tooLarge.add(huge.orElseThrow());
        write(huge, 60, 5).whenComplete((answers, failure) -> {
            if (!attacked.isDone()) {
                attack(attacked, attacks);
            }
        });
    }

    private static void requireTooLarge(CompletableFuture<Answers> failed, Optional<ScaledAdapter> adapter) {
        var id = adapter.orElseThrow().adapter().id();
        assertThatThrownBy(failed::join)
                .cause()
                .isInstanceOfSatisfying(
                        UnusableInputException.class,
                        e -> assertThat(e.parts()).singleElement().satisfies(part -> {
                            assertThat(part.name()).isEqualTo("adapter");
                            assertThat(part.value()).isEqualTo(id);
                        }))
                .hasMessageContaining(id);
    }

    @Test
    void aRequestThatDoesNotFitEvenAloneFails() {
        adapted.failures.add(new DecodeException(1, "no room"));

        assertThatThrownBy(write(RED, 4, 10)::join).hasCauseInstanceOf(DecodeException.class);

        assertThat(write(RED, 4, 10).join().texts()).containsExactly(text(4, 10));
    }

    @Test
    void requestsThatDoNotFitTogetherWaitAndNobodyOvertakesForEver() {
        var gate = new Gate(adapted);
        var small = IntStream.range(0, 3).mapToObj(i -> write(RED, 20 + i, 60)).toList();
        gate.letPass(2);
        var large = write(GREEN, 200, 150);
        var later = IntStream.range(0, 6).mapToObj(i -> write(RED, 30 + i, 60)).toList();
        var laterDone = whenDone(
                large, () -> later.stream().filter(CompletableFuture::isDone).count());
        gate.open();

        assertThat(laterDone.join()).isLessThan(6);
        assertThat(large.join().texts()).containsExactly(text(200, 150));
        small.forEach(CompletableFuture::join);
        later.forEach(CompletableFuture::join);
        assertThat(adapted.usedCells()).isLessThanOrEqualTo(CELLS);
    }

    @Test
    void promptsOfARequestReadWhatTheyBeginWithOnce() {
        assertThat(tokensRead(6, 50)).isEqualTo(50 + 6 * 2);
        assertThat(tokensRead(16, 8)).as("of many, a short beginning").isEqualTo(8 + 16 * 2);
        assertThat(tokensRead(15, 8)).as("of few").isEqualTo(15 * (8 + 2));
    }

    /// By prompts that begin alike and end in two tokens of their own.
    private int tokensRead(int count, int shared) {
        var prompts = IntStream.range(0, count)
                .mapToObj(i -> IntStream.concat(
                                IntStream.range(0, shared).map(token -> 100 * count + token),
                                IntStream.of(10_000 + i, 20_000 + i))
                        .toArray())
                .toList();
        var before = adapted.tokensRead;

        var answers = worker.decode(RED, prompts, decoding(1), new Cancellation(), Observed.NOTHING)
                .join();

        assertThat(answers.texts()).containsOnly(text(shared + 2, 1)).hasSize(count);
        assertThat(answers.spent().promptTokens()).isEqualTo(shared + 2 * count);
        return adapted.tokensRead - before;
    }

    @Test
    void aLaterRequestGoesOnFromAPromptThatWasReadWithTheSameWeightsOnly() {
        write(RED, 60, 2).join();
        var first = adapted.tokensRead;

        var again = write(RED, 60, 2).join();
        var second = adapted.tokensRead - first;
        var other = write(GREEN, 60, 2).join();
        var third = adapted.tokensRead - first - second;
        var stronger = Optional.of(new ScaledAdapter(RED.orElseThrow().adapter(), 2));
        write(stronger, 60, 2).join();

        assertThat(first).isEqualTo(61);
        assertThat(second).isEqualTo(2);
        assertThat(third).isEqualTo(61);
        assertThat(adapted.tokensRead - first - second - third).isEqualTo(61);
        assertThat(again.spent().promptTokens())
                .isEqualTo(other.spent().promptTokens())
                .isEqualTo(60);
    }

    @Test
    void aPromptIsKeptForItsSaltOnly() {
        for (var context : Map.of(BASE, base, RED, adapted).entrySet()) {
            var adapter = context.getKey();
            var read = new ArrayList<Integer>();
            for (var salt : List.of("one", "other", "one", "other")) {
                var before = context.getValue().tokensRead;
                var decoding = decoding(2, salt);
                worker.decode(adapter, List.of(prompt(60)), decoding, new Cancellation(), Observed.NOTHING)
                        .join();
                read.add(context.getValue().tokensRead - before);
            }
            assertThat(read).containsExactly(61, 61, 2, 2);
        }
    }

    @Test
    void keptPromptsMakeRoomForOthers() {
        for (var i = 0; i < 3 * KEPT; i++) {
            write(adapter(100 + i), 90, 2).join();
        }

        assertThat(write(RED, 300, 100).join().texts()).containsExactly(text(300, 100));
    }

    @Test
    void aKeptPromptDoesNotStandInTheWayOfOneThatBeginsLikeIt() {
        var beginning = IntStream.range(0, 20);
        var longer = IntStream.concat(beginning, IntStream.range(1000, 1280)).toArray();
        var shorter = IntStream.concat(IntStream.range(0, 20), IntStream.range(2000, 2120))
                .toArray();
        worker.decode(RED, List.of(longer), decoding(10), new Cancellation(), Observed.NOTHING)
                .join();

        var answers = worker.decode(RED, List.of(shorter), decoding(10), new Cancellation(), Observed.NOTHING)
                .join();

        assertThat(answers.texts()).containsExactly(text(shorter.length, 10));
    }

    @Test
    void jobsAndTimeSlicesAlternate() {
        var gate = new Gate(base);
        var request = write(BASE, 3, 50);
        var ran = new AtomicInteger();
        var jobs = IntStream.range(0, 20)
                .mapToObj(i -> worker.run(ran::incrementAndGet, new Cancellation()))
                .toList();
        var tokensAtLastJob = whenDone(jobs.getLast(), base.decoded::size);
        gate.open();

        assertThat(tokensAtLastJob.join()).isBetween(15, 25);
        request.join();
    }

    @Test
    void decodingGetsTheTimeOfJobsAndTwiceThatOfJobsInTheBackground() {
        var took = 5;

        var tokensAtJob = tokensAtJobs(took, job -> worker.run(job, new Cancellation()));
        var tokensAtBackground = tokensAtJobs(took, job -> worker.runInBackground(job, new Cancellation()));

        var first = tokensAtJob.getFirst();
        assertThat(tokensAtJob).containsExactly(first, first + took, first + 2 * took);
        var then = tokensAtBackground.getFirst();
        assertThat(tokensAtBackground).containsExactly(then, then + 2 * took, then + 4 * took);
    }

    /// Has three jobs done beside an answer.
    ///
    /// @return tokens of the answer when each of them began
    private List<Integer> tokensAtJobs(int took, Function<Supplier<Integer>, CompletableFuture<Integer>> order) {
        var gate = new Gate(base);
        var decodedBefore = base.decoded.size();
        var request = write(BASE, 3, 50);
        var tokensAtJob = new CopyOnWriteArrayList<Integer>();
        var jobs = IntStream.range(0, 3)
                .mapToObj(i -> order.apply(() -> {
                    tokensAtJob.add(base.decoded.size() - decodedBefore);
                    spent.addAndGet(took);
                    return i;
                }))
                .toList();
        gate.open();
        jobs.forEach(CompletableFuture::join);
        request.join();
        assertThat(tokensAtJob.getFirst()).isLessThan(10);
        return tokensAtJob;
    }

    @Test
    void aJobInTheBackgroundDoesNotKeepOtherJobsWaiting() {
        var gate = new Gate(base);
        var request = write(BASE, 3, 50);
        var order = new CopyOnWriteArrayList<String>();
        var slow = IntStream.range(0, 10)
                .mapToObj(i -> worker.runInBackground(() -> order.add("background"), new Cancellation()))
                .toList();
        var quick = worker.run(() -> order.add("job"), new Cancellation());
        gate.open();
        quick.join();
        slow.forEach(CompletableFuture::join);
        request.join();

        assertThat(order.indexOf("job")).isLessThanOrEqualTo(1);
    }

    @Test
    void aCancelledJobInTheBackgroundNeverRuns() {
        var gate = new Gate(base);
        var request = write(BASE, 3, 5);
        var cancellation = new Cancellation();
        var ran = new AtomicInteger();
        var job = worker.runInBackground(ran::incrementAndGet, cancellation);
        cancellation.request();
        gate.open();

        assertThatThrownBy(job::join).hasCauseInstanceOf(CancelledException.class);
        assertThat(ran).hasValue(0);
        request.join();
    }

    @Test
    void aSamplerThatFailsCostsItsOwnRequestOnly() {
        adapted.unchoosable.add(12);
        var gate = new Gate(adapted);
        var broken = write(RED, 10, 20);
        var fine = write(RED, 20, 20);
        var refused = worker.decode(
                RED,
                List.of(prompt(3)),
                new Decoding(SamplingOptions.GREEDY.withSeed(-1), 3, List.of()),
                new Cancellation(),
                Observed.NOTHING);
        gate.open();

        assertThatThrownBy(broken::join).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(refused::join).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThat(fine.join().texts()).containsExactly(text(20, 20));
    }

    @Test
    void aFailedJobCostsItselfOnly() {
        var failed = worker.run(
                () -> {
                    throw new IllegalStateException("broken");
                },
                new Cancellation());

        assertThatThrownBy(failed::join).hasRootCauseMessage("broken");
        assertThat(worker.run(() -> "fine", new Cancellation()).join()).isEqualTo("fine");
        assertThat(worker.isAlive(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void closingEndsWhatRunsAndRefusesTheRest() {
        var gate = new Gate(base);
        var running = write(BASE, 3, 20);
        gate.letPass(2);
        var closing = CompletableFuture.runAsync(worker::close);
        gate.open();
        closing.join();

        assertThat(running.join().texts()).containsExactly(text(3, 20));
        assertThatThrownBy(write(BASE, 3, 3)::join).hasCauseInstanceOf(EngineClosedException.class);
        assertThat(worker.isAlive(Duration.ofSeconds(10))).isFalse();
    }

    @Test
    void theProcessorsAreSharedByTheWorkersThatHaveSomethingToDo() {
        assertThat(share.each()).isEqualTo(4);
        share.enter();
        share.enter();
        assertThat(share.each()).isEqualTo(2);
        share.enter();
        assertThat(share.each()).isEqualTo(1);
        share.leave();
        share.leave();
        share.leave();
        assertThat(share.each()).isEqualTo(4);
    }

    /// What holds when a request is done, found by the worker's thread. Join this before the request itself: a thread
    /// that joins a request may run what depends on it, and that later.
    private static <T> CompletableFuture<T> whenDone(CompletableFuture<?> request, Supplier<T> found) {
        return request.thenApply(result -> found.get());
    }

    private CompletableFuture<Answers> write(Optional<ScaledAdapter> adapter, int promptLength, int tokens) {
        return write(adapter, promptLength, tokens, AnswerListener.NONE);
    }

    private CompletableFuture<Answers> write(
            Optional<ScaledAdapter> adapter, int promptLength, int tokens, AnswerListener listener) {
        var decoding = new Decoding(SamplingOptions.GREEDY, tokens, List.of(), OptionalInt.empty(), false, listener);
        return worker.decode(adapter, List.of(prompt(promptLength)), decoding, new Cancellation(), Observed.NOTHING);
    }

    private static Decoding decoding(int tokens) {
        return decoding(tokens, "");
    }

    private static Decoding decoding(int tokens, String salt) {
        return new Decoding(
                SamplingOptions.GREEDY, tokens, List.of(), OptionalInt.empty(), false, AnswerListener.NONE, salt);
    }

    /// Prompts of different lengths have nothing in common.
    private static int[] prompt(int length) {
        return IntStream.range(0, length).map(i -> 1000 * length + i).toArray();
    }

    /// What the fake writes after a prompt.
    private static String text(int promptLength, int tokens) {
        return IntStream.range(promptLength, promptLength + tokens)
                .mapToObj(token -> token + " ")
                .collect(Collectors.joining());
    }

    static Optional<ScaledAdapter> adapter(int value) {
        var target = new Target("attn_q", 1, 1);
        var layout = new AdapterLayout("llama", 1, 1, 1, List.of(target));
        var a = new NamedTensor(AdapterLayout.nameOfA(0, target), GgmlType.F16, new long[] {1, 1}, new byte[2]);
        var b = new NamedTensor(
                AdapterLayout.nameOfB(0, target), GgmlType.F16, new long[] {1, 1}, new byte[] {(byte) value, 1});
        return Optional.of(new ScaledAdapter(new Adapter(layout, List.of(a), List.of(b)), 1));
    }

    /// Holds a context before each decode.
    private static final class Gate {

        private final Semaphore passes = new Semaphore(0);
        private final Semaphore arrived = new Semaphore(0);
        private final CountDownLatch opened = new CountDownLatch(1);

        Gate(FakeDecoder decoder) {
            decoder.beforeDecode = () -> {
                if (opened.getCount() > 0) {
                    arrived.release();
                    passes.acquireUninterruptibly();
                }
            };
        }

        /// Returns when the decode after these is about to begin.
        void letPass(int decodes) {
            arrived.acquireUninterruptibly();
            for (var i = 0; i < decodes; i++) {
                passes.release();
                arrived.acquireUninterruptibly();
            }
            arrived.release();
        }

        void open() {
            opened.countDown();
            passes.release(Integer.MAX_VALUE / 2);
        }
    }
}
