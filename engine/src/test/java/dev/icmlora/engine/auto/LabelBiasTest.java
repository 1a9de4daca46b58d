package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.generator.task.Example;

/// What is told from answers to inputs that say nothing, and those inputs.
class LabelBiasTest {

    private static List<Answer> answers(double[]... shares) {
        return Stream.of(shares)
                .map(each -> {
                    var labels = new LinkedHashMap<String, Double>();
                    for (var label = 0; label < each.length; label++) {
                        labels.put("label " + label, each[label]);
                    }
                    var most = Arrays.stream(each).max().orElseThrow();
                    return new Answer("label", Finish.STOP, 1, List.of(), OptionalDouble.of(most), labels);
                })
                .toList();
    }

    @Test
    void halfOfItIsTakenAway() {
        var logs = LabelBias.of(answers(new double[] {0.8, 0.2}, new double[] {0.8, 0.2}))
                .logs();

        assertThat(logs.get(0) - logs.get(1)).isCloseTo(-Math.log(4) / 2, within(1e-9));
    }

    @Test
    void whatIsEquallyLikelyStaysSo() {
        var logs = LabelBias.of(answers(new double[] {0.5, 0.25, 0.25}, new double[] {0.125, 0.25, 0.25}))
                .logs();

        assertThat(logs.get(0)).isCloseTo(logs.get(1), within(1e-9));
        assertThat(logs.get(1)).isCloseTo(logs.get(2), within(1e-9));
    }

    /// A float may have no room for its share.
    @Test
    void aLabelThatIsNeverLikelyStaysFinite() {
        assertThat(LabelBias.of(answers(new double[] {1, 0})).logs())
                .allSatisfy(log -> assertThat(log).isBetween(-1e-9, 20.0));
    }

    @Test
    void withoutAnswersNothingIsKnown() {
        assertThat(LabelBias.of(List.of())).isEqualTo(LabelBias.NONE);
    }

    private static List<Example> examples(String... inputs) {
        return Stream.of(inputs).map(input -> new Example(input, "label")).toList();
    }

    @Test
    void theyHaveTheWordsOfTheExamplesAndTheirLengths() {
        var inputs = LabelBias.meaningless(examples("the cat sat", "a dog"));

        assertThat(inputs).hasSize(8).allSatisfy(input -> {
            assertThat(input.split(" ")).hasSizeBetween(2, 3).isSubsetOf("the", "cat", "sat", "a", "dog");
        });
        assertThat(inputs).doesNotHaveDuplicates();
    }

    @Test
    void theSameExamplesGiveTheSame() {
        var examples = examples("one two three", "four");

        assertThat(LabelBias.meaningless(examples)).isEqualTo(LabelBias.meaningless(examples));
    }

    @Test
    void withoutAWordThereAreNone() {
        assertThat(LabelBias.meaningless(List.of())).isEmpty();
        assertThat(LabelBias.meaningless(examples(" \n", ""))).isEmpty();
    }

    /// Inputs that look like no text: without blanks, of blanks alone, and of characters that take two places.
    @Test
    void whateverTheExamplesTheyAreShortAndWhole() {
        var random = new Random(5);
        for (var i = 0; i < 500; i++) {
            var examples = IntStream.range(0, 1 + random.nextInt(4))
                    .mapToObj(_ -> new Example(text(random), "label"))
                    .toList();

            assertThat(LabelBias.meaningless(examples))
                    .hasSizeLessThanOrEqualTo(8)
                    .allSatisfy(input -> {
                        assertThat(input.length()).isLessThanOrEqualTo(100);
                        assertThat(input.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE))
                                .as("no half of a character")
                                .isTrue();
                    });
        }
    }

    private static String text(Random random) {
        int[] characters = {' ', '\n', 'a', 'ß', '語', 0x1F600};
        return random.ints(random.nextInt(300), 0, characters.length)
                .map(i -> characters[i])
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
