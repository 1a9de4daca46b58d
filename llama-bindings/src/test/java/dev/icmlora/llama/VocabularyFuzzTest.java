package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.Choices;

/// Any text is tokenised, and comes back if the vocabulary has tokens for all of its bytes; none becomes a control
/// token unless that was asked for.
class VocabularyFuzzTest {
    private static final Vocabulary VOCABULARY = SharedModel.get().vocabulary();

    /// Those that are a token by themselves. This model's vocabulary lacks some control characters, 0x13 among them.
    private static final BitSet BYTES = new BitSet();

    static {
        IntStream.range(0, VOCABULARY.size())
                .mapToObj(VOCABULARY::piece)
                .filter(piece -> piece.length == 1)
                .forEach(piece -> BYTES.set(Byte.toUnsignedInt(piece[0])));
    }

    @FuzzTest
    void tokenize(byte[] bytes) {
        String text = new Choices(bytes).text();
        int[] tokens = VOCABULARY.tokenize(text, false);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (IntStream.range(0, utf8.length).allMatch(i -> BYTES.get(Byte.toUnsignedInt(utf8[i])))) {
            assertThat(VOCABULARY.detokenize(tokens)).isEqualTo(text);
        } else {
            assertThatNoException().isThrownBy(() -> VOCABULARY.detokenize(tokens));
        }
        assertThat(Arrays.stream(tokens).mapToObj(VOCABULARY::piece)).noneMatch(piece -> piece.length == 0);
        int[] markup = VOCABULARY.tokenize(text, true);
        assertThatNoException().isThrownBy(() -> VOCABULARY.detokenize(markup));
        if (tokens.length > 0) {
            assertThat(VOCABULARY.piece(tokens[0]).length).isLessThanOrEqualTo(utf8.length);
        }
    }
}
