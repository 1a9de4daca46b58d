package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.engine.auto.LabelHead.Text;
import dev.icmlora.engine.auto.LeftOut.Told;

class LabelHeadTest {

    private static final int VIEWS = 2;
    private static final int WIDTH = 12;

    private final Random random = new Random(5);

    /// Texts around a place of their label.
    ///
    /// @param distance of the places, where texts are spread by 1
    private Text text(int label, int labels, double distance, double[] words) {
        var views = IntStream.range(0, VIEWS)
                .mapToObj(view -> {
                    var row = new float[WIDTH];
                    for (var i = 0; i < WIDTH; i++) {
                        row[i] = (float) random.nextGaussian();
                    }
                    row[(label + view) % Math.min(WIDTH, labels)] += (float) distance;
                    return row;
                })
                .toList();
        return new Text(views, words);
    }

    private static double[] equal(int labels) {
        var words = new double[labels];
        Arrays.fill(words, -Math.log(labels));
        return words;
    }

    private static double[] knowing(int label, int labels) {
        var words = equal(labels);
        words[label] += 3;
        return words;
    }

    private static int likeliest(double[] logprobs) {
        return IntStream.range(0, logprobs.length)
                .reduce((a, b) -> logprobs[b] > logprobs[a] ? b : a)
                .orElseThrow();
    }

    private static void requireProbabilities(double[] logprobs) {
        assertThat(Arrays.stream(logprobs).map(Math::exp).sum()).isCloseTo(1, within(1e-6));
        assertThat(Arrays.stream(logprobs).allMatch(Double::isFinite)).isTrue();
    }

    private double right(LabelHead head, int labels, double distance) {
        return IntStream.range(0, 200)
                        .filter(i -> {
                            var logprobs = head.logprobs(text(i % labels, labels, distance, equal(labels)));
                            requireProbabilities(logprobs);
                            return likeliest(logprobs) == i % labels;
                        })
                        .count()
                / 200.0;
    }

    private static LabelHead fit(List<Text> examples, int[] labels) {
        return fit(examples, labels, new Durations());
    }

    private static LabelHead fit(List<Text> examples, int[] labels, Durations pieces) {
        return LabelHead.fit(examples, labels, List.of(List.of(0, 1), List.of(0), List.of(1)), pieces);
    }

    /// How long each piece takes.
    private static final class Durations implements LabelHead.Pieces {
        private final List<Long> nanos = new ArrayList<>();

        @Override
        public <T> T compute(Supplier<T> piece) {
            var start = System.nanoTime();
            var made = piece.get();
            nanos.add(System.nanoTime() - start);
            return made;
        }
    }

    private LabelHead fit(int labels, int each, double distance) {
        var places = IntStream.range(0, labels * each).map(i -> i % labels).toArray();
        var texts = Arrays.stream(places)
                .mapToObj(label -> text(label, labels, distance, equal(labels)))
                .toList();
        return fit(texts, places);
    }

    @Test
    void whatLiesApartIsToldApart() {
        var far = fit(4, 8, 8);
        var mixed = fit(4, 8, 0);

        assertThat(right(far, 4, 8)).isGreaterThan(0.95);
        assertThat(far.explains()).isTrue();
        assertThat(far.leftOut().examples()).hasSize(32);
        assertThat(right(mixed, 4, 0)).isBetween(0.1, 0.4);
        assertThat(mixed.explains()).isFalse();
        assertThat(mixed.weights().right()).isLessThan(0.4);
        assertThat(mixed.weights().head())
                .as("what knows nothing counts less")
                .isLessThan(far.weights().head());
    }

    /// By what the examples are taken for that are left out, and how sure that is, other texts can be judged.
    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 2, 3, 8})
    void whatIsLeftOutIsTakenForWhatOtherTextsAre(double distance) {
        var labels = 3;
        var leftOut = new ArrayList<Told>();
        var others = new ArrayList<Told>();
        for (var draw = 0; draw < 12; draw++) {
            var head = fit(labels, 12, distance);
            leftOut.addAll(head.leftOut().examples());
            for (var i = 0; i < 36; i++) {
                var logs = head.calibrated(head.logprobs(text(i % labels, labels, distance, equal(labels))), 0);
                requireProbabilities(logs);
                var taken = likeliest(logs);
                others.add(new Told(Math.exp(logs[taken]), taken == i % labels));
            }
        }

        assertThat(right(leftOut)).as("strengths were chosen by them").isCloseTo(right(others), within(0.12));
        assertThat(confidence(leftOut)).isCloseTo(confidence(others), within(0.06));
        assertThat(confidence(others)).isCloseTo(right(others), within(0.1));
    }

    private static double right(List<Told> told) {
        return told.stream().mapToDouble(each -> each.right() ? 1 : 0).average().orElseThrow();
    }

    private static double confidence(List<Told> told) {
        return told.stream().mapToDouble(Told::confidence).average().orElseThrow();
    }

    @Test
    void whatIsLearnedFromFewExamplesOrSaidTwiceIsLessSure() {
        var head = fit(2, 3, 8);
        var logs = head.logprobs(text(0, 2, 8, equal(2)));

        var alone = head.calibrated(logs, 0);
        var beside = head.calibrated(logs, 0.25);

        assertThat(alone[0] - alone[1]).isCloseTo((logs[0] - logs[1]) * 6 / 8, within(1e-9));
        assertThat(beside[0] - beside[1]).isCloseTo((alone[0] - alone[1]) / 1.25, within(1e-9));
        requireProbabilities(beside);
    }

    /// Where states tell nothing, words do.
    @Test
    void wordsCountAsFarAsTheyAreRight() {
        var labels = 3;
        var places = IntStream.range(0, 24).map(i -> i % labels).toArray();
        var knowing = Arrays.stream(places)
                .mapToObj(label -> text(label, labels, 0, knowing(label, labels)))
                .toList();
        var misled = Arrays.stream(places)
                .mapToObj(label -> text(label, labels, 0, knowing((label + 1) % labels, labels)))
                .toList();

        var by = fit(knowing, places);
        var against = fit(misled, places);

        assertThat(by.weights().words()).isGreaterThan(1);
        assertThat(against.weights().words()).isLessThan(0.1);
        assertThat(likeliest(by.logprobs(text(0, labels, 0, knowing(2, labels)))))
                .isEqualTo(2);
    }

    /// Words that always prefer one label prefer none.
    @Test
    void whatTheWordsPreferWhateverTheTextIsTakenAway() {
        var places = IntStream.range(0, 16).map(i -> i % 2).toArray();
        var equal = Arrays.stream(places)
                .mapToObj(label -> text(label, 2, 1, equal(2)))
                .toList();
        var biased = equal.stream().map(LabelHeadTest::biased).toList();
        var asked = text(0, 2, 1, equal(2));

        assertThat(fit(biased, places).logprobs(biased(asked)))
                .containsExactly(fit(equal, places).logprobs(asked), within(1e-9));
    }

    private static Text biased(Text text) {
        return new Text(text.views(), new double[] {text.words()[0] - 0.01, text.words()[1] - 5});
    }

    /// Two examples of each label tell little, and sixty other inputs that lie around the same places tell more.
    @Test
    void inputsThatComeTogetherTeachEachOther() {
        var alone = 0;
        var together = 0;
        for (var draw = 0; draw < 12; draw++) {
            var head = fit(4, 2, 4);
            var asked = IntStream.range(0, 60)
                    .mapToObj(i -> text(i % 4, 4, 4, equal(4)))
                    .toList();
            var said = calibrated(head, asked);
            var told = together(head, asked);
            told.forEach(logs -> requireProbabilities(head.calibrated(logs, 0)));
            for (var i = 0; i < asked.size(); i++) {
                alone += likeliest(said.get(i)) == i % 4 ? 1 : 0;
                together += likeliest(told.get(i)) == i % 4 ? 1 : 0;
            }
        }

        assertThat(together).isGreaterThan(alone + 20);
    }

    private static List<double[]> calibrated(LabelHead head, List<Text> texts) {
        return texts.stream()
                .map(text -> head.calibrated(head.logprobs(text), 0))
                .toList();
    }

    private static List<double[]> together(LabelHead head, List<Text> texts) {
        var alone = texts.stream().map(head::logprobs).toList();
        return head.together(texts, alone, calibrated(head, texts), new Durations());
    }

    @Test
    void fewInputsTeachNothingAndTooManyTakeTooLong() {
        var head = fit(2, 8, 3);
        var asked = IntStream.range(0, 512 - 16)
                .mapToObj(i -> text(i % 2, 2, 3, equal(2)))
                .toList();
        var more = new ArrayList<>(asked);
        more.add(asked.getFirst());

        assertThat(change(head, asked.subList(0, 31))).isZero();
        assertThat(change(head, more)).isZero();
        assertThat(change(head, asked)).isGreaterThan(0.1);
    }

    /// The largest difference that it makes to an input that others come with it.
    private static double change(LabelHead head, List<Text> texts) {
        var together = together(head, texts);
        return IntStream.range(0, texts.size())
                .mapToDouble(i -> Math.abs(together.get(i)[0] - head.logprobs(texts.get(i))[0]))
                .max()
                .orElseThrow();
    }

    @Test
    void theOrderOfInputsDoesNotMatter() {
        var head = fit(3, 4, 2);
        var asked = IntStream.range(0, 40)
                .mapToObj(i -> text(i % 3, 3, 2, equal(3)))
                .toList();

        var there = together(head, asked);
        var back = together(head, asked.reversed());

        for (var i = 0; i < asked.size(); i++) {
            assertThat(back.reversed().get(i)).containsExactly(there.get(i), within(1e-6));
        }
    }

    @Test
    void theOrderOfTheExamplesDoesNotMatter() {
        var places =
                new ArrayList<>(IntStream.range(0, 20).map(i -> i % 2).boxed().toList());
        var texts = new ArrayList<>(
                places.stream().map(label -> text(label, 2, 2, equal(2))).toList());
        var asked = text(0, 2, 2, equal(2));
        var first = fit(texts, places.stream().mapToInt(i -> i).toArray()).logprobs(asked);
        Collections.reverse(places);
        Collections.reverse(texts);

        var second = fit(texts, places.stream().mapToInt(i -> i).toArray()).logprobs(asked);

        assertThat(second).containsExactly(first, within(1e-6));
    }

    @Test
    void examplesThatContradictOneAnotherAreUncertain() {
        var texts = new ArrayList<Text>();
        for (var i = 0; i < 10; i++) {
            var text = text(0, 2, 3, equal(2));
            texts.add(text);
            texts.add(text);
        }

        var head = fit(texts, IntStream.range(0, 20).map(i -> i % 2).toArray());

        assertThat(Math.exp(head.logprobs(texts.getFirst())[0])).isBetween(0.2, 0.8);
        assertThat(head.explains()).isFalse();
    }

    @Test
    void theFewestAndTheStrangestExamplesGiveProbabilities() {
        requireProbabilities(fit(2, 1, 1).logprobs(text(0, 2, 1, equal(2))));
        requireProbabilities(fit(1, 4, 1).logprobs(text(0, 1, 1, equal(1))));
        // Labels of which no example is there.
        var places = new int[] {0, 0, 1, 1};
        var few = Arrays.stream(places)
                .mapToObj(label -> text(label, 2, 4, equal(5)))
                .toList();
        requireProbabilities(fit(few, places).logprobs(text(0, 2, 4, equal(5))));
        // States that are all alike, and all zero.
        for (var value : List.of(0f, 1f, 1e30f)) {
            var row = new float[WIDTH];
            Arrays.fill(row, value);
            var alike = new Text(List.of(row, row), equal(2));
            requireProbabilities(
                    fit(List.of(alike, alike, alike), new int[] {0, 1, 0}).logprobs(alike));
        }
    }

    /// 255 labels, and as many examples as are read of the longest task: a neighbour never waits for all of it.
    @Test
    void theLargestTasksAreFittedInPieces() {
        var width = 576;
        for (var labels : List.of(2, 255)) {
            var texts = IntStream.range(0, 512)
                    .mapToObj(i -> new Text(
                            IntStream.range(0, VIEWS)
                                    .mapToObj(view -> row(width))
                                    .toList(),
                            equal(labels)))
                    .toList();
            var places = IntStream.range(0, 512).map(i -> i % labels).toArray();
            var pieces = new Durations();
            var start = System.nanoTime();

            var head = fit(texts, places, pieces);

            var all = System.nanoTime() - start;
            requireProbabilities(head.logprobs(texts.getFirst()));
            assertThat(pieces.nanos).hasSize(22);
            assertThat(pieces.nanos.stream().mapToLong(nanos -> nanos).max().orElseThrow())
                    .isLessThan(all / 3);
            assertThat(all - pieces.nanos.stream().mapToLong(nanos -> nanos).sum())
                    .as("between the pieces")
                    .isLessThan(all / 3);
            var asked = new Durations();
            assertThat(head.logprobs(texts, asked)).hasSize(512).last().isEqualTo(head.logprobs(texts.getLast()));
            assertThat(asked.nanos).hasSize(16);
        }
    }

    private float[] row(int width) {
        var row = new float[width];
        for (var i = 0; i < width; i++) {
            row[i] = (float) random.nextGaussian();
        }
        return row;
    }
}
