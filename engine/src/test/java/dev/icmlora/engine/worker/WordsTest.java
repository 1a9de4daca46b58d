package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    private static List<String> words(String text) {
        var words = Words.of(text);
        return IntStream.range(0, words.size())
                .mapToObj(word -> words.span(word, word))
                .toList();
    }

    @Test
    void lettersAndDigitsMakeRunsAndAllElseStandsAlone() {
        assertThat(words("At 12:15 PM, for 5pm!"))
                .containsExactly("At", "12", ":", "15", "PM", ",", "for", "5", "pm", "!");
        assertThat(words("  ")).isEmpty();
        assertThat(words("")).isEmpty();
    }

    @Test
    void accentsBelongToTheirLetterAndScriptsWithoutSpacesHaveWordsOfOneCharacter() {
        assertThat(words("cafe\u0301 \u00e0")).containsExactly("cafe\u0301", "\u00e0");
        assertThat(words("明日\u3000です")).containsExactly("明", "日", "で", "す");
        assertThat(words("\uD83D\uDC4D\uD83C\uDFFDok")).containsExactly("\uD83D\uDC4D", "\uD83C\uDFFD", "ok");
    }

    @ParameterizedTest
    @CsvSource({"six, 12", "six people, 12", "5, 26", "table for six, 2", "x, -1", "a tab, -1", "6 pm, -1"})
    void aSpanStandsWhereItGoesFromWordToWord(String span, int at) {
        var found = Words.of("A table for six people 15 5").find(span);

        assertThat(found.orElse(-1)).isEqualTo(at);
    }

    @Test
    void whateverTheTextItsWordsStandInItOneAfterTheOther() {
        var random = new Random(51);
        for (var i = 0; i < 500; i++) {
            var text = random.ints(random.nextInt(20), 0, 0x3100)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            var at = 0;
            for (var word : words(text)) {
                assertThat(word).isNotEmpty();
                at = text.indexOf(word, at) + word.length();
                assertThat(at).isGreaterThanOrEqualTo(word.length());
                assertThat(Words.of(text).find(word)).isPresent();
            }
        }
    }
}
