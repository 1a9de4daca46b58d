package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.icmlora.engine.LoadedEngine;
import dev.icmlora.engine.worker.Extracting.Spans;
import dev.icmlora.generator.task.PromptFormat;

class SpansTest {

    private static final int MOST_WORDS = 32;
    private static final int TREE_TOKENS = 256;
    private static final PromptFormat FORMAT = LoadedEngine.get().format();

    /// All words may be the first.
    private static Labels likely(String text) {
        var words = Words.of(text);
        return new Spans(words, MOST_WORDS, false, FORMAT, TREE_TOKENS).likely(new double[words.size() + 1]);
    }

    @Test
    void eachPieceFromWordToWordIsASpanOnce() {
        assertThat(likely("so and so").texts()).containsExactlyInAnyOrder("so", "so and", "so and so", "and", "and so");
    }

    /// A token has up to 64 spaces. Without a bound on characters, 71 million of them are cut into tokens at once.
    @Test
    @Timeout(30)
    void wordsThatAreFarApartMakeFewSpans() {
        var same = likely(("q" + " ".repeat(2240)).repeat(96));
        var different = likely(IntStream.range(0, 96)
                .mapToObj(i -> Character.toString('a' + i % 26) + (char) ('a' + i / 26))
                .collect(Collectors.joining(" ".repeat(2240))));

        assertThat(same.texts()).hasSizeBetween(1, 32).contains("q");
        assertThat(different.texts()).hasSizeBetween(64, 128).contains("aa");
    }

    @Test
    @Timeout(30)
    void aSpanHasNoMoreTokensThanATree() {
        var digits = "7".repeat(TREE_TOKENS);

        assertThat(likely("a " + digits + " b").texts()).containsExactlyInAnyOrder("a", "b");
        assertThat(likely(digits).texts()).containsExactly("");
    }
}
