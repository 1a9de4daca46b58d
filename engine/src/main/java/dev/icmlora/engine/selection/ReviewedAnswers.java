package dev.icmlora.engine.selection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Answers;
import dev.icmlora.engine.worker.Delta;
import dev.icmlora.engine.worker.Finish;

/// Answers, and what a second opinion was of each. A tuned adapter has learned from the examples; a model that is shown
/// them answers other inputs right. Of two answers the one that its own model finds more probable counts.
///
/// @param opinions one for each answer
public record ReviewedAnswers(Answers answers, List<Opinion> opinions) {
    /// From this probability on, an answer needs no second opinion: asking for one made no more of them right.
    private static final double SURE = 0.9;

    public ReviewedAnswers {
        opinions = List.copyOf(opinions);
    }

    /// Answers of which nobody else was asked.
    public static ReviewedAnswers alone(Answers answers) {
        return new ReviewedAnswers(
                answers, Collections.nCopies(answers.answers().size(), Opinion.NONE));
    }

    /// Which answers need a second opinion, by their place. Those whose probability is not known do.
    public List<Integer> unsure() {
        return IntStream.range(0, opinions.size())
                .filter(i -> !isSure(answers.answers().get(i)))
                .boxed()
                .toList();
    }

    private static boolean isSure(Answer answer) {
        return isWhole(answer) && probability(answer) >= SURE;
    }

    /// The same with second opinions.
    ///
    /// @param places of the answers that these are of
    public ReviewedAnswers with(List<Integer> places, Answers second) {
        List<Answer> counting = new ArrayList<>(answers.answers());
        List<Opinion> reviewed = new ArrayList<>(opinions);
        for (int i = 0; i < places.size(); i++) {
            int place = places.get(i);
            Answer mine = counting.get(place);
            Answer other = second.answers().get(i);
            boolean surer = isSurer(other, mine);
            counting.set(place, surer ? other : mine);
            reviewed.set(place, opinion(mine.text().equals(other.text()), surer));
        }
        return new ReviewedAnswers(answers.and(second, counting), reviewed);
    }

    /// The same for one who did not ask for the log-probabilities of tokens.
    public ReviewedAnswers withoutLogprobs() {
        return new ReviewedAnswers(answers.withoutLogprobs(), opinions);
    }

    /// Tells each answer as a whole.
    public void tell(AnswerListener listener) {
        for (int i = 0; i < opinions.size(); i++) {
            Answer answer = answers.answers().get(i);
            listener.wrote(i, new Delta(answer.text(), answer.logprobs()));
        }
    }

    private static Opinion opinion(boolean same, boolean surer) {
        if (same) {
            return Opinion.AGREES;
        }
        return surer ? Opinion.PREVAILS : Opinion.DISAGREES;
    }

    /// An answer that was cut off is never surer than a whole one.
    private static boolean isSurer(Answer other, Answer mine) {
        return isWhole(other) == isWhole(mine) ? probability(other) > probability(mine) : isWhole(other);
    }

    private static boolean isWhole(Answer answer) {
        return answer.finish() == Finish.STOP;
    }

    private static double probability(Answer answer) {
        return answer.probability().orElse(0);
    }
}
