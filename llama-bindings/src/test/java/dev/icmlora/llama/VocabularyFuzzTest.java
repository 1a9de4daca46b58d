package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.Choices;

/// Any text is tokenised and comes back; none becomes a control token unless that was asked for.
class VocabularyFuzzTest {
    private static final Vocabulary VOCABULARY = SharedModel.get().vocabulary();

    @FuzzTest
    void tokenize(byte[] bytes) {
        String text = new Choices(bytes).text();
        int[] tokens = VOCABULARY.tokenize(text, false);
        assertThat(VOCABULARY.detokenize(tokens)).isEqualTo(text);
        assertThat(Arrays.stream(tokens).noneMatch(VOCABULARY::isControl)).isTrue();
        int[] markup = VOCABULARY.tokenize(text, true);
        assertThatNoException().isThrownBy(() -> VOCABULARY.detokenize(markup));
        if (tokens.length > 0) {
            assertThat(VOCABULARY.piece(tokens[0]).length)
                    .isLessThanOrEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }
}
