package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {
    private final Vocabulary vocabulary = SharedModel.get().vocabulary();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                " two  spaces\n\n\ttab",
                "Grüße ☃ 日本語 👩‍👩‍👧",
                "<|im_start|>user",
                "a\0b",
                "0123456789012345678901234567890123456789"
            })
    void textSurvivesTheRoundTrip(String text) {
        int[] tokens = vocabulary.tokenize(text, false);
        assertThat(vocabulary.detokenize(tokens)).isEqualTo(text);
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        for (int token : tokens) {
            pieces.writeBytes(vocabulary.piece(token));
        }
        assertThat(pieces.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @Test
    void markupBecomesControlTokensOnlyWhenAsked() {
        int[] markup = vocabulary.tokenize("<|im_start|>", true);
        assertThat(markup).hasSize(1);
        assertThat(vocabulary.isControl(markup[0])).isTrue();
        assertThat(vocabulary.detokenize(markup)).isEmpty();
        assertThat(vocabulary.piece(markup[0])).isEmpty();
        assertThat(vocabulary.tokenize("<|im_start|>", false)).hasSizeGreaterThan(1);
    }

    @Test
    void longTextIsTokenisedWhole() {
        String text = "lorem ipsum ".repeat(20_000);
        assertThat(vocabulary.detokenize(vocabulary.tokenize(text, false))).isEqualTo(text);
    }

    @Test
    void knowsItsSpecialTokens() {
        assertThat(vocabulary.size()).isEqualTo(49_152);
        int end = vocabulary.tokenize("<|im_end|>", true)[0];
        assertThat(vocabulary.eos()).hasValue(end);
        assertThat(vocabulary.isEndOfGeneration(end)).isTrue();
        assertThat(vocabulary.isEndOfGeneration(vocabulary.tokenize("a", false)[0]))
                .isFalse();
        assertThat(vocabulary.bos()).isPresent();
        assertThat(vocabulary.addsBos()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 49_152, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void foreignTokensAreRefused(int token) {
        assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.detokenize(0, token));
        assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.piece(token));
        assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.isEndOfGeneration(token));
    }
}
