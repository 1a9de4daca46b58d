package dev.icmlora.engine.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.generator.task.Example;

class MeaninglessInputsTest {

    private static List<Example> examples(String... inputs) {
        return Stream.of(inputs).map(input -> new Example(input, "label")).toList();
    }

    @Test
    void theyHaveTheWordsOfTheExamplesAndTheirLengths() {
        var inputs = MeaninglessInputs.of(examples("the cat sat", "a dog"));

        assertThat(inputs).hasSize(8).allSatisfy(input -> {
            assertThat(input.split(" ")).hasSizeBetween(2, 3).isSubsetOf("the", "cat", "sat", "a", "dog");
        });
        assertThat(inputs).doesNotHaveDuplicates();
    }

    @Test
    void theSameExamplesGiveTheSame() {
        var examples = examples("one two three", "four");

        assertThat(MeaninglessInputs.of(examples)).isEqualTo(MeaninglessInputs.of(examples));
    }

    @Test
    void withoutAWordThereAreNone() {
        assertThat(MeaninglessInputs.of(List.of())).isEmpty();
        assertThat(MeaninglessInputs.of(examples(" \n", ""))).isEmpty();
    }

    /// Inputs that nobody would write: without blanks, of blanks alone, and of characters that take two places.
    @Test
    void whateverTheExamplesTheyAreShortAndWhole() {
        var random = new Random(5);
        for (var i = 0; i < 500; i++) {
            var examples = IntStream.range(0, 1 + random.nextInt(4))
                    .mapToObj(_ -> new Example(text(random), "label"))
                    .toList();

            assertThat(MeaninglessInputs.of(examples))
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
