package dev.icmlora.engine.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.worker.WrittenSequence.AnswerText;

class AnswerTextTest {

    @Test
    void joinsPieces() {
        var answer = new AnswerText(List.of());

        assertThat(append(answer, "one", " two")).isFalse();
        assertThat(answer.text()).isEqualTo("one two");
    }

    @Test
    void endsBeforeAStopStringThatSpansPieces() {
        var answer = new AnswerText(List.of("END"));

        assertThat(append(answer, "text E", "N")).isFalse();
        assertThat(append(answer, "D more")).isTrue();
        assertThat(answer.text()).isEqualTo("text ");
    }

    @Test
    void theEarliestStopStringWins() {
        var answer = new AnswerText(List.of("later", "\n"));

        assertThat(append(answer, "a\nb later")).isTrue();
        assertThat(answer.text()).isEqualTo("a");
    }

    @Test
    void aCharacterMaySpanPieces() {
        var answer = new AnswerText(List.of("é"));
        var bytes = "café".getBytes(UTF_8);

        assertThat(answer.append(Arrays.copyOf(bytes, 4))).isFalse();
        assertThat(answer.text()).isEqualTo("caf");
        assertThat(answer.append(Arrays.copyOfRange(bytes, 4, 5))).isTrue();
        assertThat(answer.text()).isEqualTo("caf");
    }

    @Test
    void anUnfinishedCharacterIsLeftOut() {
        var answer = new AnswerText(List.of());
        answer.append(Arrays.copyOf("a😀".getBytes(UTF_8), 3));

        assertThat(answer.text()).isEqualTo("a");
    }

    @Test
    void bytesThatAreNoTextAreReplaced() {
        var answer = new AnswerText(List.of());
        answer.append(new byte[] {'a', (byte) 0xff, 'b'});

        assertThat(answer.text()).isEqualTo("a\uFFFDb");
    }

    @Test
    void whatIsTakenIsWholeCharactersAndNoBeginningOfAStopString() {
        var answer = new AnswerText(List.of("END"));

        answer.append(new byte[] {'a', (byte) 0xc3});
        assertThat(answer.take(false)).isEqualTo("a");
        answer.append(new byte[] {(byte) 0xa9, 'E'});
        assertThat(answer.take(false)).isEqualTo("é");
        append(answer, "N");
        assertThat(answer.take(false)).isEmpty();
        append(answer, "E");
        assertThat(answer.take(false)).isEqualTo("EN");
        assertThat(append(answer, "NDx")).isTrue();
        assertThat(answer.take(true)).isEmpty();
        assertThat(answer.text()).isEqualTo("aéEN");
    }

    @Test
    void theEndGivesWhatWasHeldBack() {
        var answer = new AnswerText(List.of("END"));

        append(answer, "theE");
        assertThat(answer.take(false)).isEqualTo("the");
        assertThat(answer.take(true)).isEqualTo("E");
    }

    private static boolean append(AnswerText answer, String... pieces) {
        var ended = false;
        for (var piece : pieces) {
            ended = answer.append(piece.getBytes(UTF_8));
        }
        return ended;
    }
}
