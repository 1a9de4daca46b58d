package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;

/// Logistic regression by liblinear, each label against the others, with an L2 penalty on all weights but the
/// intercept. How strong it is, cross-validation on the examples decides, by the likelihood of their labels: with one
/// strength for all tasks, the probabilities say little.
final class LogisticRegression {
    /// Inverses of the penalty's strength to choose from.
    private static final List<Double> COSTS = List.of(1.0, 10.0, 100.0, 1000.0);

    /// Where a label has one example only, so that none can be held back.
    private static final double USUAL_COST = 10;

    private static final int MOST_FOLDS = 5;
    private static final double LEAST_PROBABILITY = 1e-9;
    private static final double TOLERANCE = 1e-4;

    private final List<String> labels;
    private final Model model;

    private LogisticRegression(List<String> labels, Model model) {
        this.labels = labels;
        this.model = model;
    }

    /// @param probability of the label, 0 to 1; 1 together over all labels
    record Guess(String label, double probability) {}

    /// @param vectors to learn from, all of one length
    /// @param outputs label of each vector; at least two different ones
    static LogisticRegression fit(List<double[]> vectors, List<String> outputs) {
        List<Integer> turns = turns(outputs);
        int folds = outputs.stream()
                .distinct()
                .mapToInt(label -> Collections.frequency(outputs, label))
                .reduce(MOST_FOLDS, Math::min);
        double cost = folds < 2
                ? USUAL_COST
                : COSTS.stream()
                        .max(Comparator.comparingDouble(of -> likelihood(vectors, outputs, turns, folds, of)))
                        .orElseThrow();
        return fit(vectors, outputs, _ -> true, cost);
    }

    /// Which one of its label each example is, from 0.
    private static List<Integer> turns(List<String> outputs) {
        return IntStream.range(0, outputs.size())
                .mapToObj(i -> Collections.frequency(outputs.subList(0, i), outputs.get(i)))
                .toList();
    }

    /// Summed log probability of the labels of examples that were held back.
    private static double likelihood(
            List<double[]> vectors, List<String> outputs, List<Integer> turns, int folds, double cost) {
        double sum = 0;
        for (int fold = 0; fold < folds; fold++) {
            int held = fold;
            LogisticRegression fitted = fit(vectors, outputs, i -> turns.get(i) % folds != held, cost);
            for (int i = 0; i < outputs.size(); i++) {
                if (turns.get(i) % folds == held) {
                    double probability = fitted.probabilities(vectors.get(i))[fitted.labels.indexOf(outputs.get(i))];
                    sum += Math.log(Math.max(LEAST_PROBABILITY, probability));
                }
            }
        }
        return sum;
    }

    private static LogisticRegression fit(
            List<double[]> vectors, List<String> outputs, IntPredicate learned, double cost) {
        List<String> labels = outputs.stream().distinct().sorted().toList();
        int[] rows = IntStream.range(0, outputs.size()).filter(learned).toArray();
        Problem problem = new Problem();
        problem.l = rows.length;
        problem.n = vectors.getFirst().length + 1;
        problem.bias = 1;
        problem.x = Arrays.stream(rows)
                .mapToObj(row -> features(vectors.get(row), problem.bias))
                .toArray(Feature[][]::new);
        problem.y = Arrays.stream(rows)
                .mapToDouble(row -> labels.indexOf(outputs.get(row)))
                .toArray();
        Parameter parameter = new Parameter(SolverType.L2R_LR, cost, TOLERANCE);
        parameter.setRegularizeBias(false);
        Linear.disableDebugOutput();
        return new LogisticRegression(labels, Linear.train(problem, parameter));
    }

    /// The likeliest label.
    Guess guess(double[] vector) {
        double[] probabilities = probabilities(vector);
        int likeliest = IntStream.range(0, probabilities.length)
                .reduce((a, b) -> probabilities[b] > probabilities[a] ? b : a)
                .orElseThrow();
        return new Guess(labels.get(likeliest), probabilities[likeliest]);
    }

    /// In the order of the labels.
    private double[] probabilities(double[] vector) {
        double[] ofModel = new double[labels.size()];
        Linear.predictProbability(model, features(vector, model.getBias()), ofModel);
        double[] probabilities = new double[labels.size()];
        for (int i = 0; i < ofModel.length; i++) {
            probabilities[model.getLabels()[i]] = ofModel[i];
        }
        return probabilities;
    }

    /// What is not 0, counted from 1, and the intercept's constant at the end.
    private static Feature[] features(double[] vector, double bias) {
        List<Feature> features = new ArrayList<>();
        for (int i = 0; i < vector.length; i++) {
            if (vector[i] != 0) {
                features.add(new FeatureNode(i + 1, vector[i]));
            }
        }
        features.add(new FeatureNode(vector.length + 1, bias));
        return features.toArray(Feature[]::new);
    }
}
