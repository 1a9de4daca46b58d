package dev.icmlora.engine.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answers;
import dev.icmlora.engine.worker.Finish;
import dev.icmlora.engine.worker.TokenLogprob;

/// Which of two answers counts.
class ReviewedAnswersTest {

    private static Answer answer(String text, double probability, Finish finish) {
        var logprob = new TokenLogprob(text.getBytes(), Math.log(probability), List.of());
        return new Answer(text, finish, 3, List.of(logprob), OptionalDouble.of(probability), Map.of());
    }

    private static Answer answer(String text, double probability) {
        return answer(text, probability, Finish.STOP);
    }

    private static Answers answers(Answer... answers) {
        return new Answers(Arrays.asList(answers), 100, 3 * answers.length, 1, 2, 4);
    }

    @Test
    void onlyWhatIsNotSureNeedsASecondOpinion() {
        var alone = ReviewedAnswers.alone(answers(
                answer("sure", 0.95), answer("unsure", 0.6), answer("cut off", 0.99, Finish.LENGTH), answer("no", 0)));

        assertThat(alone.unsure()).containsExactly(1, 2, 3);
        assertThat(alone.opinions()).containsOnly(Opinion.NONE);
    }

    @Test
    void theSurerAnswerCounts() {
        var alone = ReviewedAnswers.alone(
                answers(answer("sure", 0.95), answer("a", 0.6), answer("b", 0.5), answer("c", 0.4)));

        var reviewed = alone.with(alone.unsure(), answers(answer("x", 0.7), answer("y", 0.3), answer("c", 0.8)));

        assertThat(reviewed.answers().texts()).containsExactly("sure", "x", "b", "c");
        assertThat(reviewed.opinions())
                .containsExactly(Opinion.NONE, Opinion.PREVAILS, Opinion.DISAGREES, Opinion.AGREES);
        assertThat(reviewed.answers().answers().getLast().probability()).hasValue(0.8);
    }

    @Test
    void betweenTwoEquallySureTheFirstCounts() {
        var alone = ReviewedAnswers.alone(answers(answer("a", 0.5)));

        assertThat(alone.with(List.of(0), answers(answer("b", 0.5))).answers().texts())
                .containsExactly("a");
    }

    @Test
    void whatWasCutOffNeverCountsBeforeAWholeAnswer() {
        var whole = ReviewedAnswers.alone(answers(answer("whole", 0.1)));
        var cut = ReviewedAnswers.alone(answers(answer("cut", 0.9, Finish.LENGTH)));

        assertThat(whole.with(List.of(0), answers(answer("cut", 0.9, Finish.LENGTH)))
                        .answers()
                        .texts())
                .containsExactly("whole");
        assertThat(cut.with(List.of(0), answers(answer("whole", 0.1))).answers().texts())
                .containsExactly("whole");
    }

    @Test
    void whatBothTookIsCounted() {
        var alone = ReviewedAnswers.alone(answers(answer("a", 0.5), answer("b", 0.5)));

        var both = alone.with(List.of(1), answers(answer("c", 0.4))).answers();

        assertThat(both).isEqualTo(new Answers(both.answers(), 200, 9, 2, 4, 8));
    }

    @Test
    void whoAskedForNoLogprobsGetsNone() {
        var alone = ReviewedAnswers.alone(answers(answer("a", 0.5), answer("b", 0.5)));
        List<String> told = new ArrayList<>();

        alone.withoutLogprobs().tell((number, delta) -> told.add(number + delta.text() + delta.logprobs()));
        alone.tell((number, delta) ->
                told.add(number + delta.text() + delta.logprobs().size()));

        assertThat(told).containsExactly("0a[]", "1b[]", "0a1", "1b1");
    }
}
