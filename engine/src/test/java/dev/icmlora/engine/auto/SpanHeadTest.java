package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Words;

class SpanHeadTest {

    private static final int LAYERS = 2;
    /// What states tell of a word.
    private static final List<String> KINDS = List.of("at", "number", ":", "pm", "other");

    private static final SpanHead.Text[] EXAMPLES = {
        text("come at 7 pm now"), text("we are 4 and meet at 12 : 15 pm then"), text("at 8 : 30 pm please"), text("no")
    };
    private static final SpanHead HEAD =
            SpanHead.fit(List.of(EXAMPLES), List.of("7 pm", "12 : 15 pm", "8 : 30 pm", ""), SpanHeadTest::compute);

    private static <T> T compute(Supplier<T> piece) {
        return piece.get();
    }

    /// Each word is one token, whose states tell its kind.
    private static SpanHead.Text text(String input) {
        var words = Words.of(input);
        var states = new ArrayList<List<float[]>>();
        states.add(states("other"));
        IntStream.range(0, words.size()).forEach(word -> states.add(states(words.span(word, word))));
        states.add(states("other"));
        var places = IntStream.range(0, words.size()).toArray();
        return new SpanHead.Text(words, states, places, places);
    }

    private static List<float[]> states(String word) {
        var kind = Character.isDigit(word.charAt(0)) ? "number" : word;
        var state = new float[KINDS.size()];
        state[KINDS.indexOf(KINDS.contains(kind) ? kind : "other")] = 1;
        return IntStream.range(0, LAYERS).mapToObj(_ -> state).toList();
    }

    /// Of a model that takes each span for as likely as any other.
    private static Answer opinion(SpanHead.Text text) {
        var size = text.words().size();
        var shares = new LinkedHashMap<String, Double>();
        for (var first = 0; first < size; first++) {
            for (var last = first; last < size; last++) {
                shares.put(text.words().span(first, last), 2.0 / (size * (size + 1)));
            }
        }
        shares.put("", 2.0 / (size * (size + 1)));
        return new Answer("", Finish.STOP, 1, List.of(), OptionalDouble.empty(), shares);
    }

    private static String answer(String input) {
        var text = text(input);
        return HEAD.answer(text, opinion(text)).text();
    }

    @Test
    void examplesTellWhereSpansBeginAndEnd() {
        assertThat(answer("for 2 see you at 9 pm then")).isEqualTo("9 pm");
    }

    /// Its middle is as its ends are not: neither begins nor ends a span there.
    @Test
    void whatIsWithinASpanHoldsItTogether() {
        assertThat(answer("it is at 11 : 45 pm for us")).isEqualTo("11 : 45 pm");
    }

    @Test
    void whereNoWordIsLikeThoseOfSpansTheAnswerIsEmpty() {
        assertThat(answer("nothing was said")).isEmpty();
    }
}
