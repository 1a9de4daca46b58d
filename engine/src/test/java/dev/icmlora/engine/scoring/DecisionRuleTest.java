package dev.icmlora.engine.scoring;

import static dev.icmlora.engine.scoring.PromptForm.DESCRIPTION;
import static dev.icmlora.engine.scoring.PromptForm.EXAMPLES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

class DecisionRuleTest {
    private static final Origin MEAN = new Origin.Mean(new float[1], 1);
    private static final Origin SHARED = new Origin.Mean(new float[1], 0);
    private static final Origin BASE = new Origin.Base();

    private final DecisionRule rule = new DecisionRule(0.1, 1, 0.1);

    @Test
    void theLeastLossServesWhereItIsClearlyTheLeast() {
        ScoredCandidate adapter = candidate(MEAN, DESCRIPTION, 2, 2.1, 1.9, 2, 2);
        ScoredCandidate examples = candidate(BASE, EXAMPLES, 0.5, 0.6, 0.4, 0.5, 0.5);

        assertThat(rule.choose(List.of(adapter, examples))).isSameAs(examples);
    }

    @Test
    void inATieTheCheapestServes() {
        ScoredCandidate examples = candidate(MEAN, EXAMPLES, 1, 1, 1);
        ScoredCandidate plain = candidate(BASE, DESCRIPTION, 1, 1, 1);
        ScoredCandidate adapter = candidate(SHARED, DESCRIPTION, 1, 1, 1);

        assertThat(rule.choose(List.of(examples, plain, adapter))).isSameAs(adapter);
        assertThat(rule.choose(List.of(examples, plain))).isSameAs(plain);
    }

    @Test
    void amongEquallyCheapOnesTheFirstProposalServesInATie() {
        ScoredCandidate first = candidate(MEAN, DESCRIPTION, 1.05, 1.05);
        ScoredCandidate better = candidate(SHARED, DESCRIPTION, 1, 1);

        assertThat(rule.choose(List.of(first, better))).isSameAs(first);
        assertThat(rule.choose(List.of(better, first))).isSameAs(better);
    }

    @Test
    void aLeadBelowTheMarginIsATie() {
        ScoredCandidate adapter = candidate(MEAN, DESCRIPTION, 0.59, 0.59, 0.59);
        ScoredCandidate examples = candidate(MEAN, EXAMPLES, 0.5, 0.5, 0.5);

        assertThat(rule.choose(List.of(adapter, examples))).isSameAs(adapter);
    }

    @Test
    void aLeadThatOneExampleMakesIsATie() {
        ScoredCandidate adapter = candidate(MEAN, DESCRIPTION, 0.5, 0.5, 0.5, 0.5, 3.5);
        ScoredCandidate examples = candidate(MEAN, EXAMPLES, 0.6, 0.6, 0.6, 0.6, 0.6);

        assertThat(rule.choose(List.of(adapter, examples))).isSameAs(adapter);
        assertThat(new DecisionRule(0.1, 0, 0).choose(List.of(adapter, examples)))
                .isSameAs(examples);
    }

    @Test
    void contradictoryExamplesLeaveTheCheapest() {
        ScoredCandidate adapter = candidate(MEAN, DESCRIPTION, 1, 4, 1, 4);
        ScoredCandidate examples = candidate(MEAN, EXAMPLES, 3.5, 0.9, 3.5, 0.9);

        assertThat(rule.choose(List.of(adapter, examples))).isSameAs(adapter);
    }

    @Test
    void onlyANearlyPerfectAdapterSettlesItAlone() {
        assertThat(rule.isSettledBy(candidate(MEAN, DESCRIPTION, 0.05, 0.1))).isTrue();
        assertThat(rule.isSettledBy(candidate(MEAN, DESCRIPTION, 0.05, 0.3))).isFalse();
        assertThat(rule.isSettledBy(candidate(BASE, DESCRIPTION, 0, 0))).isFalse();
        assertThat(rule.isSettledBy(candidate(MEAN, EXAMPLES, 0, 0))).isFalse();
    }

    /// What settles a choice is what would have been chosen, whatever else had been tried.
    @Test
    void beingSettledAndChoosingAgree() {
        ScoredCandidate adapter = candidate(MEAN, DESCRIPTION, 0.15, 0);

        assertThat(rule.isSettledBy(adapter)).isTrue();
        assertThat(rule.choose(List.of(adapter, candidate(SHARED, DESCRIPTION, 0, 0), candidate(MEAN, EXAMPLES, 0, 0))))
                .isSameAs(adapter);
    }

    @Test
    void candidatesMustHaveBeenAskedTheSame() {
        ScoredCandidate two = candidate(MEAN, DESCRIPTION, 1, 1);
        ScoredCandidate three = candidate(BASE, EXAMPLES, 0.1, 0.1, 0.1);

        assertThatIllegalArgumentException().isThrownBy(() -> rule.choose(List.of(two, three)));
        assertThatIllegalArgumentException().isThrownBy(() -> rule.choose(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new DecisionRule(Double.NaN, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Score(List.of()));
    }

    private static ScoredCandidate candidate(Origin origin, PromptForm form, double... losses) {
        List<Score.OfExample> scores = Arrays.stream(losses)
                .mapToObj(loss -> new Score.OfExample(3 * loss, 3, loss < 0.2))
                .toList();
        return new ScoredCandidate(new Candidate(origin, form), new Score(scores));
    }
}
