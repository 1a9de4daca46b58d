package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Worker.Answers;
import dev.icmlora.llama.DecodeException;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Labels without a model: the probabilities are compared with those of labels that are read one by one.
@Timeout(20)
class LabelsTest {

    private static final int END = 99;
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
            Duration.ZERO,
            System::nanoTime);

    @AfterEach
    void close() {
        worker.close();
    }

    /// Of few tokens, so that many begin alike and some are the beginning of others.
    private record Drawn(List<int[]> tokens, Labels labels) {

        static Drawn of(Random random, int count, int treeTokens) {
            var drawn = new LinkedHashMap<String, int[]>();
            for (var i = 0; i < 20 * count && drawn.size() < count; i++) {
                var tokens = IntStream.concat(random.ints(1 + random.nextInt(5), 0, 6), IntStream.of(END))
                        .toArray();
                drawn.put(Arrays.toString(tokens), tokens);
            }
            return of(List.copyOf(drawn.values()), treeTokens);
        }

        static Drawn of(List<int[]> tokens, int treeTokens) {
            var texts = tokens.stream().map(Arrays::toString).toList();
            return new Drawn(tokens, Labels.of(texts, tokens, treeTokens));
        }

        /// As the fake finds the token n likeliest after n tokens.
        Map<String, Double> alone(int promptLength) {
            var scores = tokens.stream()
                    .mapToDouble(label -> -IntStream.range(0, telling(label))
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

        /// How many of a label's tokens tell it from all others.
        private int telling(int[] label) {
            return 1
                    + tokens.stream()
                            .filter(other -> other != label)
                            .mapToInt(other -> Arrays.mismatch(label, other))
                            .max()
                            .orElse(0);
        }
    }

    @RepeatedTest(100)
    void labelsAreScoredAsEachIsAlone(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var drawn = Drawn.of(random, 2 + random.nextInt(150), 1 + random.nextInt(60));
        var lengths = random.ints(1 + random.nextInt(6), 1, 60).boxed().toList();
        var beside = new Decoding(SamplingOptions.GREEDY, 20, List.of());

        var text = decode(List.of(prompt(5)), beside);
        var answers = choose(lengths, drawn).join().answers();

        assertThat(answers).zipSatisfy(lengths, (answer, length) -> requireAlike(answer, drawn.alone(length)));
        assertThat(text.join().answers().getFirst().tokens()).isEqualTo(20);
        assertThat(text.join().answers().getFirst().labels()).isEmpty();
    }

    private static void requireAlike(Answer answer, Map<String, Double> expected) {
        assertThat(answer.labels().keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((label, share) ->
                assertThat(answer.labels().get(label)).as(label).isCloseTo(share, within(1e-9)));
        var likeliest =
                expected.values().stream().mapToDouble(share -> share).max().orElseThrow();
        assertThat(expected.get(answer.text())).isCloseTo(likeliest, within(1e-9));
        assertThat(answer.probability().orElseThrow()).isEqualTo(answer.labels().get(answer.text()));
        assertThat(answer.finish()).isEqualTo(Finish.STOP);
    }

    @Test
    void labelsThatDifferInTheirFirstTokenAreKnownWithThePrompt() {
        var drawn = Drawn.of(List.of(new int[] {1, 7, END}, new int[] {2, 7, 8, END}, new int[] {5, END}), 60);

        var answers = choose(List.of(4), drawn).join();

        assertThat(decoder.decoded).hasSize(1);
        assertThat(decoder.tokensRead).isEqualTo(4);
        assertThat(answers.spent().promptTokens()).isEqualTo(4);
        assertThat(answers.spent().completionTokens()).as("of the label").isEqualTo(1);
        assertThat(drawn.labels.branches()).isZero();
    }

    /// Of several labels, what they begin with is read once, and all of it in one batch. What tells them apart
    /// is not.
    @Test
    void labelsThatBeginAlikeShareTheirTokens() {
        var labels = Labels.of(
                List.of("a", "ab", "abc", "abd"),
                List.of(new int[] {1, END}, new int[] {1, 2, END}, new int[] {1, 2, 3, END}, new int[] {1, 2, 4, END}),
                60);

        var answers = decode(List.of(prompt(3)), new Choosing(labels, AnswerListener.NONE, ""))
                .join();

        assertThat(labels.mostTokens()).isEqualTo(2);
        assertThat(labels.branches()).isEqualTo(1);
        assertThat(decoder.tokensRead).isEqualTo(3 + 2);
        assertThat(decoder.decoded).hasSize(2);
        assertThat(answers.spent().promptTokens()).isEqualTo(3 + 2);
        assertThat(answers.spent().completionTokens())
                .isEqualTo(answers.answers().getFirst().text().length());
    }

    /// Each of 10 first tokens and each of 10 after it is followed by 10 more: 110 tokens, and 100 ways through
    /// them.
    @Test
    void aThousandLabelsAreReadInParts() {
        var tokens = IntStream.range(0, 1000)
                .mapToObj(i -> new int[] {i / 100, i / 10 % 10, i % 10, END})
                .toList();
        var drawn = Drawn.of(tokens, 200);

        var answers = choose(List.of(3, 5), drawn).join();

        assertThat(answers.answers())
                .zipSatisfy(List.of(3, 5), (answer, length) -> requireAlike(answer, drawn.alone(length)));
        assertThat(drawn.labels.branches()).isEqualTo(Labels.BRANCHES);
        assertThat(drawn.labels.trees()).hasSize(4);
        assertThat(drawn.labels.readTokens())
                .as("three of the first tokens lead into two parts")
                .isEqualTo(110 + 3);
        assertThat(answers.spent().promptTokens()).isEqualTo(3 + 5 + 2 * drawn.labels.readTokens());
    }

    @Test
    void whoLeavesWhileLabelsAreReadLeavesNothingInTheMemory() {
        var drawn = Drawn.of(new Random(8), 150, 20);
        var cancellation = new Cancellation();
        var decodes = new AtomicInteger();
        decoder.beforeDecode = () -> {
            if (decodes.incrementAndGet() == 3) {
                cancellation.request();
            }
        };

        var left = worker.decode(
                BASE,
                List.of(prompt(3)),
                new Choosing(drawn.labels, AnswerListener.NONE, ""),
                cancellation,
                Observed.NOTHING);

        assertThatThrownBy(left::join).hasCauseInstanceOf(CancelledException.class);
        choose(List.of(4), drawn).join();
        assertThat(decoder.usedCells()).isZero();
    }

    /// Each tree of the crowd has more tokens than a batch.
    @Test
    void aCrowdWithManyLabelsDoesNotKeepAnotherAdapterOut() {
        var tokens = IntStream.range(0, 8)
                .mapToObj(i -> IntStream.concat(
                                IntStream.rangeClosed(0, 24).map(position -> position == 24 ? i : i / 2),
                                IntStream.of(END))
                        .toArray())
                .toList();
        var drawn = Drawn.of(tokens, 120);
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
            var drawn = Drawn.of(new Random(failing), 150, 8);
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

    /// From the token that was named on, whatever was read before, and kept.
    @Test
    void thePromptsStatesComeWithTheLabels() {
        var drawn = Drawn.of(new Random(2), 20, 20);
        var choosing = new Choosing(drawn.labels, AnswerListener.NONE, "").withStates(20);

        for (var time = 0; time < 2; time++) {
            var answers = decode(List.of(prompt(40), prompt(200), prompt(20), prompt(5)), choosing)
                    .join()
                    .answers();

            requireStates(answers.get(0), 20, 40);
            requireStates(answers.get(1), 20, 200);
            requireStates(answers.get(2), 19, 20);
            requireStates(answers.get(3), 4, 5);
        }
        assertThat(choose(List.of(3), drawn).join().answers().getFirst().states())
                .isEmpty();
    }

    /// The fake's are a token and its position.
    private static void requireStates(Answer answer, int from, int to) {
        var states = answer.states().orElseThrow();
        assertThat(states.last()).hasSize(1);
        assertThat(states.last().getFirst()[1]).isEqualTo(to - 1);
        assertThat(states.mean().getFirst()[1]).isEqualTo((from + to - 1) / 2f);
    }

    @Test
    void statesOfADisplacedPromptAreReadAgain() {
        // The first batch may be made before the second request is there.
        for (var failing = 2; failing < 7; failing++) {
            var drawn = Drawn.of(new Random(failing), 150, 8);
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
            var choosing = new Choosing(drawn.labels, AnswerListener.NONE, "").withStates(2);
            var youngest = decode(List.of(prompt(100), prompt(6)), choosing);
            both.release(Integer.MAX_VALUE);

            oldest.join();
            requireStates(youngest.join().answers().get(0), 2, 100);
            requireStates(youngest.join().answers().get(1), 2, 6);
        }
    }

    @Test
    void labelsOfTheSameTokensAreRefused() {
        var tokens = List.of(new int[] {1, END}, new int[] {1, END});

        assertThatIllegalArgumentException().isThrownBy(() -> Labels.of(List.of("a", "b"), tokens, 10));
    }

    @Test
    void aLabelThatHoldsTheEndOfAnAnswerIsRefused() {
        var tokens = List.of(new int[] {1, END}, new int[] {1, END, 2, END});

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
