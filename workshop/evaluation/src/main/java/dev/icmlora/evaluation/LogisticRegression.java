package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;

/// Logistic regression by liblinear, each label against the others, with an L2 penalty on all weights but the
/// intercept.
final class LogisticRegression {
    /// Inverse of the penalty's strength.
    private static final double COST = 1;

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
        List<String> labels = outputs.stream().distinct().sorted().toList();
        Problem problem = new Problem();
        problem.l = vectors.size();
        problem.n = vectors.getFirst().length + 1;
        problem.bias = 1;
        problem.x =
                vectors.stream().map(vector -> features(vector, problem.bias)).toArray(Feature[][]::new);
        problem.y = outputs.stream().mapToDouble(labels::indexOf).toArray();
        Parameter parameter = new Parameter(SolverType.L2R_LR, COST, TOLERANCE);
        parameter.setRegularizeBias(false);
        Linear.disableDebugOutput();
        return new LogisticRegression(labels, Linear.train(problem, parameter));
    }

    /// The likeliest label.
    Guess guess(double[] vector) {
        double[] probabilities = new double[labels.size()];
        int label = (int) Linear.predictProbability(model, features(vector, model.getBias()), probabilities);
        int at = IntStream.range(0, labels.size())
                .filter(i -> model.getLabels()[i] == label)
                .findFirst()
                .orElseThrow();
        return new Guess(labels.get(label), probabilities[at]);
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
