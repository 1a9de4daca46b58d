package dev.icmlora.trainer.calibration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

import dev.icmlora.engine.scoring.Candidate;
import dev.icmlora.engine.scoring.Confidence;
import dev.icmlora.engine.scoring.DecisionRule;
import dev.icmlora.engine.scoring.Familiarity;
import dev.icmlora.engine.scoring.Origin;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.engine.scoring.Score;
import dev.icmlora.engine.scoring.ScoredCandidate;

/// Fits the numbers of selection to observations.
public final class SelectionFit {
    static final double[] MARGINS = {0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6};
    static final double[] ERRORS = {0, 0.5, 1, 1.5, 2};
    static final double[] ENOUGH = {0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3};
    /// Exact match, as a share, that a cheaper way of serving may cost.
    private static final double PRICE_OF_CHEAPNESS = 0.01;

    private static final int DESCENT_STEPS = 20_000;
    private static final double DESCENT_RATE = 0.5;
    /// Keeps the curve from growing steeper than a few dozen tasks can vouch for.
    private static final double RIDGE = 1e-3;

    private final List<Observation> compared;
    private final List<Observation> unexamined;

    public SelectionFit(List<Observation> observations) {
        this.compared = observations.stream().filter(o -> o.examples() >= 2).toList();
        this.unexamined = observations.stream().filter(o -> o.examples() < 2).toList();
    }

    /// How a rule does.
    ///
    /// @param right share of answers that are exact, seen and other tasks counting alike
    /// @param alone share of tasks served by an adapter with the description alone
    record Merit(DecisionRule rule, double right, double alone) {}

    Merit merit(DecisionRule rule) {
        return new Merit(
                rule,
                balanced(compared, o -> o.rightOf(rule.choose(o.scored()))),
                balanced(compared, o -> isAlone(rule.choose(o.scored()).candidate()) ? 1 : 0));
    }

    private static boolean isAlone(Candidate candidate) {
        return candidate.form() == PromptForm.DESCRIPTION && candidate.origin() instanceof Origin.Generated;
    }

    /// Of all rules that are right nearly as often as the best, the one that lets the adapter serve alone most often.
    DecisionRule rule() {
        List<Merit> merits = new ArrayList<>();
        for (double margin : MARGINS) {
            for (double errors : ERRORS) {
                for (double enough : ENOUGH) {
                    merits.add(merit(new DecisionRule(margin, errors, enough)));
                }
            }
        }
        double best = merits.stream().mapToDouble(Merit::right).max().orElseThrow();
        return merits.stream()
                .filter(merit -> merit.right >= best - PRICE_OF_CHEAPNESS)
                .max(Comparator.comparingDouble(Merit::alone))
                .orElseThrow()
                .rule;
    }

    /// Share of exact answers if one way always served.
    double always(boolean seen, Predicate<Candidate> way) {
        return mean(group(compared, seen), o -> rightOf(o, way));
    }

    /// Share of exact answers if the best candidate of each task were known.
    double oracle(boolean seen) {
        return mean(
                group(compared, seen),
                o -> o.right().stream().mapToDouble(r -> r).max().orElseThrow());
    }

    double chosen(boolean seen, DecisionRule rule) {
        return mean(group(compared, seen), o -> o.rightOf(rule.choose(o.scored())));
    }

    double alone(boolean seen, DecisionRule rule) {
        return mean(group(compared, seen), o -> isAlone(rule.choose(o.scored()).candidate()) ? 1 : 0);
    }

    /// The distance up to which trusting the generator's own adapter with the description alone is right most often.
    Familiarity familiarity() {
        return unexamined.stream()
                .flatMap(o -> o.distance().stream().boxed())
                .map(Familiarity::new)
                .max(Comparator.comparingDouble(this::rightWith))
                .orElse(new Familiarity(0));
    }

    double rightWith(Familiarity familiarity) {
        return balanced(unexamined, o -> rightOf(o, way(o, familiarity)));
    }

    private static Predicate<Candidate> way(Observation observation, Familiarity familiarity) {
        if (observation.distance().orElse(0) <= familiarity.near()) {
            return candidate -> isMean(candidate, 1, PromptForm.DESCRIPTION);
        }
        return observation.examples() == 0
                ? candidate -> isMean(candidate, 0, PromptForm.DESCRIPTION)
                : candidate -> isMean(candidate, 1, PromptForm.EXAMPLES);
    }

    static boolean isMean(Candidate candidate, float strength, PromptForm form) {
        return candidate.form() == form
                && candidate.origin() instanceof Origin.Mean mean
                && mean.strength() == strength;
    }

    /// A logistic curve through what was served by `rule`, by gradient descent on the cross entropy.
    Confidence confidence(DecisionRule rule, Familiarity familiarity) {
        double[] weights = {0, 0, 0};
        List<double[]> features = new ArrayList<>();
        List<Double> targets = new ArrayList<>();
        for (Observation observation : compared) {
            ScoredCandidate chosen = rule.choose(observation.scored());
            Score evidence = chosen.score();
            features.add(new double[] {1, evidence.exact(), Confidence.probability(evidence)});
            targets.add(observation.rightOf(chosen));
        }
        for (int step = 0; step < DESCENT_STEPS; step++) {
            double[] gradient = new double[weights.length];
            for (int i = 0; i < features.size(); i++) {
                double error = logistic(weights, features.get(i)) - targets.get(i);
                for (int k = 0; k < weights.length; k++) {
                    gradient[k] += error * features.get(i)[k] / features.size();
                }
            }
            for (int k = 0; k < weights.length; k++) {
                weights[k] -= DESCENT_RATE * (gradient[k] + RIDGE * weights[k]);
            }
        }
        return new Confidence(
                weights[0], weights[1], weights[2], rightWhere(familiarity, true), rightWhere(familiarity, false));
    }

    private double rightWhere(Familiarity familiarity, boolean near) {
        return mean(
                unexamined.stream()
                        .filter(o -> o.distance().orElse(0) <= familiarity.near() == near)
                        .toList(),
                o -> rightOf(o, way(o, familiarity)));
    }

    private static double logistic(double[] weights, double[] features) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * features[i];
        }
        return 1 / (1 + Math.exp(-sum));
    }

    private static double rightOf(Observation observation, Predicate<Candidate> way) {
        ScoredCandidate candidate = observation.scored().stream()
                .filter(t -> way.test(t.candidate()))
                .findFirst()
                .orElseThrow();
        return observation.rightOf(candidate);
    }

    private static List<Observation> group(List<Observation> observations, boolean seen) {
        return observations.stream().filter(o -> o.seen() == seen).toList();
    }

    private static double balanced(List<Observation> observations, ToDoubleFunction<Observation> value) {
        return (mean(group(observations, true), value) + mean(group(observations, false), value)) / 2;
    }

    private static double mean(List<Observation> observations, ToDoubleFunction<Observation> value) {
        return observations.stream().mapToDouble(value).average().orElse(0);
    }
}
