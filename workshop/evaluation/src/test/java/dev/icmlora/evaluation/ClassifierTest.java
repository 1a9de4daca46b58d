package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.evaluation.LogisticRegression.Guess;
import dev.icmlora.generator.task.Example;

class ClassifierTest {
    private static final List<Example> EXAMPLES = List.of(
            new Example("the soup was cold and salty", "food"),
            new Example("a fine soup, fresh bread", "food"),
            new Example("bread and butter were delicious", "food"),
            new Example("my train was late again", "travel"),
            new Example("the train stopped at every station", "travel"),
            new Example("no seat on the late bus to the station", "travel"));
    private static final List<String> INPUTS =
            List.of("soup with bread", "a bus to the train station", "salty butter", "late at the station");

    @ParameterizedTest
    @EnumSource(names = {"TFIDF", "MINILM"})
    void whatWordsTellApartIsLearned(Classifier classifier) {
        List<Guess> guesses = classifier.classify(question(EXAMPLES, INPUTS));

        assertThat(guesses).extracting(Guess::label).containsExactly("food", "travel", "food", "travel");
        assertThat(guesses).allSatisfy(guess -> assertThat(guess.probability()).isBetween(0.5, 1.0));
    }

    @Test
    void theMajorityIsAsSureAsItIsFrequent() {
        List<Example> tests = List.of(
                new Example("a", "no"), new Example("b", "yes"), new Example("c", "yes"), new Example("d", "yes"));

        assertThat(Classifier.MAJORITY.classify(new Question("", EXAMPLES, tests)))
                .hasSize(4)
                .containsOnly(new Guess("yes", 0.75));
    }

    @Test
    void anInputWithoutKnownWordsIsAnsweredAsOftenAsTheLabelIsThere() {
        List<Example> examples = List.of(
                new Example("alpha", "no"),
                new Example("beta", "yes"),
                new Example("gamma", "yes"),
                new Example("delta", "yes"));

        Guess guess =
                Classifier.TFIDF.classify(question(examples, List.of("omega"))).getFirst();

        assertThat(guess.label()).isEqualTo("yes");
        assertThat(guess.probability()).isCloseTo(0.75, within(0.1));
    }

    @Test
    void probabilitiesOfThreeLabelsAreOneTogetherAndThatOfTheAnswerIsTheHighest() {
        LogisticRegression fitted = LogisticRegression.fit(
                List.of(new double[] {1, 0, 0}, new double[] {0, 1, 0}, new double[] {0, 0, 1}),
                List.of("c", "a", "b"));

        assertThat(fitted.guess(new double[] {5, 0, 0}).label()).isEqualTo("c");
        assertThat(fitted.guess(new double[] {0, 5, 0}).label()).isEqualTo("a");
        assertThat(fitted.guess(new double[] {0, 0, 5}).label()).isEqualTo("b");
        assertThat(fitted.guess(new double[] {0, 0, 5}).probability()).isBetween(1 / 3.0, 1.0);
        assertThat(fitted.guess(new double[3]).probability()).isCloseTo(1 / 3.0, within(1e-3));
    }

    /// Labels that no vector tells apart, so that a strong penalty is right, and labels that every vector tells apart.
    @Test
    void penaltyIsChosenByHowWellHeldBackExamplesAreTold() {
        List<double[]> apart = List.of(
                new double[] {1, 0},
                new double[] {0, 1},
                new double[] {1, 0},
                new double[] {0, 1},
                new double[] {1, 0},
                new double[] {0, 1},
                new double[] {1, 0},
                new double[] {0, 1});

        double sure = LogisticRegression.fit(apart, List.of("a", "b", "a", "b", "a", "b", "a", "b"))
                .guess(apart.getFirst())
                .probability();
        double unsure = LogisticRegression.fit(apart, List.of("a", "a", "b", "b", "a", "a", "b", "b"))
                .guess(apart.getFirst())
                .probability();

        assertThat(sure).isGreaterThan(0.99);
        assertThat(unsure).isCloseTo(0.5, within(0.05));
    }

    /// Two texts, of which one word is in both: by hand, with the formula of scikit-learn.
    @Test
    void aRareWordWeighsMoreAndOneLetterIsNoWord() {
        TfIdf vectors = new TfIdf(List.of("Common rare", "common x word word"));

        double rare = Math.log(3 / 2.0) + 1;
        double length = Math.hypot(1, rare);
        assertThat(sorted(vectors.vector("common RARE unseen")))
                .containsExactly(new double[] {0, 1 / length, rare / length}, within(1e-9));
        assertThat(sorted(vectors.vector("x"))).containsExactly(0, 0, 0);
    }

    private static Question question(List<Example> examples, List<String> inputs) {
        return new Question(
                "",
                examples,
                inputs.stream().map(input -> new Example(input, "")).toList());
    }

    private static double[] sorted(double[] vector) {
        double[] sorted = vector.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
