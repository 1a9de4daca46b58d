package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Wanted;
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

    private static final Extracting ASKED =
            new Extracting(List.of(), 8, true, null, 64, Wanted.NO_STATES, AnswerListener.NONE, "");

    private static String answer(String input) {
        return HEAD.answer(text(input), ASKED).text();
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

    private static SpanHead.Text text(String input, Map<String, float[]> kinds) {
        var words = Words.of(input);
        var states = new ArrayList<List<float[]>>();
        IntStream.range(-1, words.size() + 1)
                .mapToObj(word -> word < 0 || word == words.size() ? "other" : words.span(word, word))
                .forEach(word -> states.add(List.of(kinds.get(word))));
        var places = IntStream.range(0, words.size()).toArray();
        return new SpanHead.Text(words, states, places, places);
    }

    /// Most texts show that what is new stands for what is known, and that what is near to it does not.
    @Test
    void textsThatComeTogetherTeachEachOther() {
        var kinds = Map.of(
                "other", new float[] {0, 0, 1},
                "known", new float[] {1, 0, 0},
                "both", new float[] {0.7f, 0.7f, 0},
                "new", new float[] {0, 1, 0},
                "near", new float[] {0.75f, 0, 0.66f});
        var examples = Stream.of("other known other other", "other other known other", "known other other")
                .map(input -> text(input, kinds))
                .toList();
        var outputs = List.of("known", "known", "known");
        var texts = IntStream.range(0, 40)
                .mapToObj(i -> text("other near other %s other".formatted(i < 34 ? "both" : "new"), kinds))
                .toList();
        var head = SpanHead.fit(examples, outputs, SpanHeadTest::compute);

        var together = head.together(texts, examples, outputs, ASKED, SpanHeadTest::compute);

        assertThat(head.answer(texts.getFirst(), ASKED).text()).isEqualTo("both");
        assertThat(head.answer(texts.getLast(), ASKED).text()).isEqualTo("near");
        assertThat(together.subList(0, 34)).extracting(Answer::text).containsOnly("both");
        assertThat(together.subList(34, 40)).extracting(Answer::text).containsOnly("new");
    }
}
