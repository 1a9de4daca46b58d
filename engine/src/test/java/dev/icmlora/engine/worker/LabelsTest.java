package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.llama.DecodeException;
import dev.icmlora.llama.SamplingOptions;

/// Labels without a model: the probabilities are compared with those of labels that are read one by one.
@Timeout(20)
class LabelsTest {

    /// Unlikely after any token, so that no label can be left out.
    private static final int END = 99;
    /// As likely as the labels' tokens, which are smaller.
    private static final int LIKELY_END = 6;
    private static final int CELLS = 400;
    private static final Optional<ScaledAdapter> BASE = Optional.empty();

    private final FakeDecoder decoder = new FakeDecoder(CELLS, 1);
    /// Two adapters share its batches.
    private final FakeDecoder adapted = new FakeDecoder(CELLS, 2);
    private final Worker worker = new Worker(
            "tested-worker",
            new ContextScheduler(decoder, 4, 4, Labels.BRANCHES, CELLS),
            new ContextScheduler(adapted, 4, 4, Labels.BRANCHES, CELLS),
            threads -> {},
            new ThreadShare(1),
            Duration.ZERO);

    @AfterEach
    void close() {
        worker.close();
    }

    /// Of few tokens, so that many begin alike and some are the beginning of others.
    private record Drawn(List<int[]> tokens, Labels labels) {

        static Drawn of(Random random, int count, int partTokens) {
            return of(random, count, partTokens, END);
        }

        static Drawn of(Random random, int count, int partTokens, int end) {
            var drawn = new LinkedHashMap<String, int[]>();
            for (var i = 0; i < 20 * count && drawn.size() < count; i++) {
                var tokens = IntStream.concat(random.ints(1 + random.nextInt(5), 0, 6), IntStream.of(end))
                        .toArray();
                drawn.put(Arrays.toString(tokens), tokens);
            }
            var tokens = List.copyOf(drawn.values());
            return new Drawn(tokens, Labels.of(List.copyOf(drawn.keySet()), tokens, partTokens));
        }

        /// As the fake finds the token n likeliest after n tokens.
        Map<String, Double> alone(int promptLength) {
            var scores = tokens.stream()
                    .mapToDouble(label -> -IntStream.range(0, label.length)
                            .map(i -> Math.abs(label[i] - promptLength - i))
                            .sum())
                    .toArray();
            var best = Arrays.stream(scores).max().orElseThrow();
            var sum = Arrays.stream(scores).map(score -> Math.exp(score - best)).sum();
            var probabilities = new LinkedHashMap<String, Double>();
            for (var i = 0; i < scores.length; i++) {
                probabilities.put(Arrays.toString(tokens.get(i)), Math.exp(scores[i] - best) / sum);
            }
            return probabilities;
        }
    }

    @RepeatedTest(100)
    void labelsAreScoredAsEachIsAlone(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var end = random.nextBoolean() ? END : LIKELY_END;
        var drawn = Drawn.of(random, 2 + random.nextInt(70), 1 + random.nextInt(60), end);
        var lengths = random.ints(1 + random.nextInt(6), 1, end == END ? 60 : 8)
                .boxed()
                .toList();
        var beside = new Decoding(SamplingOptions.GREEDY, 20, List.of());

        var text = decode(List.of(prompt(5)), beside);
        var answers = choose(lengths, drawn).join().answers();

        assertThat(answers).zipSatisfy(lengths, (answer, length) -> requireAlike(answer, drawn.alone(length)));
        assertThat(text.join().answers().getFirst().tokens()).isEqualTo(20);
        assertThat(text.join().answers().getFirst().labels()).isEmpty();
    }

    /// A label that is a thousandth as likely as the likeliest, or more, has its own probability; another one has a
    /// bound.
    private static void requireAlike(Answer answer, Map<String, Double> expected) {
        assertThat(answer.labels().keySet()).containsExactlyElementsOf(expected.keySet());
        var likeliest =
                expected.values().stream().mapToDouble(share -> share).max().orElseThrow();
        var chosen = answer.labels().get(answer.text());
        expected.forEach((label, share) -> {
            var given = answer.labels().get(label);
            assertThat(given).as(label).isCloseTo(share, within(1e-3));
            if (share >= likeliest / 1000) {
                assertThat(given / chosen).as(label).isCloseTo(share / likeliest, within(1e-9));
            } else {
                assertThat(given / chosen).as(label).isBetween(share / likeliest - 1e-9, 1e-3);
            }
        });
        assertThat(expected.get(answer.text())).isCloseTo(likeliest, within(1e-9));
        assertThat(answer.probability().orElseThrow()).isEqualTo(answer.labels().get(answer.text()));
        assertThat(answer.finish()).isEqualTo(Finish.STOP);
    }

    /// What several labels begin with is read once, and a way that does not part in one batch.
    @Test
    void labelsThatBeginAlikeShareTheirTokens() {
        var labels = Labels.of(
                List.of("a", "ab", "abc", "abd"),
                List.of(new int[] {1, END}, new int[] {1, 2, END}, new int[] {1, 2, 3, END}, new int[] {1, 2, 4, END}),
                60);
        var read = decoder.tokensRead;

        var answers = decode(List.of(prompt(3)), new Choosing(labels, AnswerListener.NONE, ""))
                .join();

        assertThat(labels.mostTokens()).isEqualTo(4);
        assertThat(decoder.tokensRead - read).isEqualTo(3 + 4);
        assertThat(decoder.decoded).hasSize(3);
        assertThat(answers.promptTokens()).isEqualTo(3 + 4);
        assertThat(answers.completionTokens())
                .isEqualTo(answers.answers().getFirst().text().length());
    }

    /// After three tokens, 3 is likeliest, and 30 all but impossible.
    @Test
    void labelsThatCannotMatterAreNotRead() {
        var labels = Labels.of(
                List.of("likely", "as likely", "unlikely", "as unlikely"),
                List.of(new int[] {3, 4, 5}, new int[] {3, 2, 5}, new int[] {30, 31, 32, 33, 5}, new int[] {
                    30, 31, 32, 34, 5
                }),
                60);
        var read = decoder.tokensRead;

        var answers = decode(List.of(prompt(3)), new Choosing(labels, AnswerListener.NONE, ""))
                .join();

        assertThat(decoder.tokensRead - read).isEqualTo(3 + 3);
        assertThat(answers.answers().getFirst().text()).isEqualTo("likely");
        assertThat(answers.answers().getFirst().labels().get("unlikely"))
                .isEqualTo(answers.answers().getFirst().labels().get("as unlikely"))
                .isPositive()
                .isLessThan(1e-3);
        assertThat(answers.promptTokens()).as("counted as if all were read").isEqualTo(3 + 3 + 5);
    }

    /// The likeliest beginning leads to an unlikely end only.
    @Test
    void whatWasPutAsideIsReadIfItMayMatterAfterAll() {
        var labels = Labels.of(
                List.of("good beginning", "bad beginning"),
                List.of(new int[] {3, 90, END}, new int[] {20, 4, END}),
                60);

        var answer = decode(List.of(prompt(3)), new Choosing(labels, AnswerListener.NONE, ""))
                .join()
                .answers()
                .getFirst();

        assertThat(answer.text()).isEqualTo("bad beginning");
        assertThat(answer.probability().orElseThrow()).isCloseTo(1, within(1e-9));
    }

    @Test
    void severalInputsReadTheirLabelsInTheSameBatches() {
        var drawn = Drawn.of(new Random(3), 10, 40);
        choose(List.of(3), drawn).join();
        var alone = decoder.decoded.size();

        choose(List.of(3, 4, 5, 6), drawn).join();

        assertThat(decoder.decoded.size() - alone).isLessThan(3 * alone);
    }

    /// The labels of the crowd fill each batch.
    @Test
    void aCrowdWithManyLabelsDoesNotKeepAnotherAdapterOut() {
        var drawn = Drawn.of(new Random(5), 70, 60);
        var passes = new Semaphore(1);
        adapted.beforeDecode = passes::acquireUninterruptibly;
        var crowd = IntStream.range(0, 40)
                .mapToObj(i -> choose(WorkerTest.adapter(1), List.of(3), drawn))
                .toList();
        var alone = choose(WorkerTest.adapter(2), List.of(4), drawn);
        var crowdDoneBefore = new AtomicInteger();
        alone.whenComplete((answers, failure) -> crowdDoneBefore.set(
                (int) crowd.stream().filter(CompletableFuture::isDone).count()));
        passes.release(Integer.MAX_VALUE / 2);

        alone.join();

        assertThat(crowdDoneBefore.get()).isLessThanOrEqualTo(8);
        crowd.forEach(CompletableFuture::join);
    }

    /// The memory is full at each of the first batches in turn, so that the labels are given up and begun again.
    @Test
    void labelsThatAreDisplacedAreScoredAgain() {
        for (var failing = 2; failing < 8; failing++) {
            var drawn = Drawn.of(new Random(failing), 60, 20);
            var failed = failing;
            var decodes = new AtomicInteger();
            var both = new Semaphore(0);
            decoder.beforeDecode = () -> {
                both.acquireUninterruptibly();
                if (decodes.incrementAndGet() == failed) {
                    decoder.failures.add(new DecodeException(1, "no room"));
                }
            };
            var oldest = decode(List.of(prompt(4)), new Decoding(SamplingOptions.GREEDY, 40, List.of()));
            var youngest = choose(List.of(3, 5), drawn);
            both.release(Integer.MAX_VALUE);

            assertThat(oldest.join().answers().getFirst().tokens()).isEqualTo(40);
            assertThat(youngest.join().answers())
                    .zipSatisfy(List.of(3, 5), (answer, length) -> requireAlike(answer, drawn.alone(length)));
            assertThat(decodes.get()).isGreaterThan(failing);
        }
    }

    @Test
    void anAnswerIsToldOnceAndWhole() {
        var heard = new ArrayList<String>();
        var drawn = Drawn.of(new Random(1), 20, 20);
        AnswerListener listener = (answer, delta) -> heard.add(answer + delta.text());

        var texts = decode(List.of(prompt(3), prompt(30)), new Choosing(drawn.labels, listener, ""))
                .join()
                .texts();

        assertThat(heard).containsExactlyInAnyOrder("0" + texts.getFirst(), "1" + texts.getLast());
    }

    @Test
    void labelsOfTheSameTokensAreRefused() {
        var tokens = List.of(new int[] {1, END}, new int[] {1, END});

        assertThatIllegalArgumentException().isThrownBy(() -> Labels.of(List.of("a", "b"), tokens, 10));
    }

    private CompletableFuture<Answers> choose(List<Integer> promptLengths, Drawn drawn) {
        return choose(BASE, promptLengths, drawn);
    }

    private CompletableFuture<Answers> choose(
            Optional<ScaledAdapter> adapter, List<Integer> promptLengths, Drawn drawn) {
        var prompts = promptLengths.stream().map(LabelsTest::prompt).toList();
        return decode(adapter, prompts, new Choosing(drawn.labels, AnswerListener.NONE, ""));
    }

    private CompletableFuture<Answers> decode(List<int[]> prompts, Wanted wanted) {
        return decode(BASE, prompts, wanted);
    }

    private CompletableFuture<Answers> decode(Optional<ScaledAdapter> adapter, List<int[]> prompts, Wanted wanted) {
        return worker.decode(adapter, prompts, wanted, new Cancellation(), Observed.NOTHING);
    }

    /// Prompts of different lengths have nothing in common.
    private static int[] prompt(int length) {
        return IntStream.range(0, length).map(i -> 1000 * length + i).toArray();
    }
}
