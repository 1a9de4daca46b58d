package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.auto.ReviewedAnswer.Opinion;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Answer.TokenLogprob;

/// Which of two answers counts.
class ReviewedAnswerTest {

    private static Answer answer(String text, double probability, Finish finish) {
        var logprob = new TokenLogprob(text.getBytes(), Math.log(probability), List.of());
        return new Answer(text, finish, 3, List.of(logprob), OptionalDouble.of(probability), Map.of());
    }

    private static Answer answer(String text, double probability) {
        return answer(text, probability, Finish.STOP);
    }

    @Test
    void onlyWhatIsNotSureNeedsASecondOpinion() {
        assertThat(ReviewedAnswer.isSure(answer("sure", 0.95))).isTrue();
        assertThat(ReviewedAnswer.isSure(answer("unsure", 0.4))).isFalse();
        assertThat(ReviewedAnswer.isSure(answer("cut off", 0.99, Finish.LENGTH)))
                .isFalse();
        assertThat(ReviewedAnswer.isSure(answer("no", 0))).isFalse();
    }

    @Test
    void aTextNeedsOneLessOftenThanALabelOrASpan() {
        assertThat(ReviewedAnswer.isSure(answer("text", 0.8))).isTrue();
        assertThat(ReviewedAnswer.isSure(spans(Map.of("5 pm", 0.8, "5", 0.2)))).isFalse();
        assertThat(ReviewedAnswer.isSure(spans(Map.of("5 pm", 0.95, "5", 0.05))))
                .isTrue();
    }

    @Test
    void theSurerAnswerCounts() {
        counts("x", Opinion.PREVAILS, answer("a", 0.6), answer("x", 0.7));
        counts("b", Opinion.DISAGREES, answer("b", 0.5), answer("y", 0.3));
        counts("c", Opinion.AGREES, answer("c", 0.4), answer("c", 0.8));
        assertThat(ReviewedAnswer.of(answer("c", 0.4), answer("c", 0.8))
                        .answer()
                        .probability())
                .hasValue(0.8);
    }

    @Test
    void betweenTwoEquallySureTheFirstCounts() {
        counts("a", Opinion.DISAGREES, answer("a", 0.5), answer("b", 0.5));
    }

    @Test
    void whatWasCutOffNeverCountsBeforeAWholeAnswer() {
        counts("whole", Opinion.DISAGREES, answer("whole", 0.1), answer("cut", 0.9, Finish.LENGTH));
        counts("whole", Opinion.PREVAILS, answer("cut", 0.9, Finish.LENGTH), answer("whole", 0.1));
    }

    private static Answer spans(Map<String, Double> shares) {
        var likeliest =
                Collections.max(shares.entrySet(), Map.Entry.comparingByValue()).getKey();
        return new Answer(
                likeliest, Finish.STOP, 2, List.of(), OptionalDouble.of(shares.get(likeliest)), Map.copyOf(shares));
    }

    private static void counts(String text, Opinion opinion, Answer first, Answer second) {
        var reviewed = ReviewedAnswer.of(first, second);

        assertThat(reviewed.answer().text()).isEqualTo(text);
        assertThat(reviewed.opinion()).isEqualTo(opinion);
    }
}
