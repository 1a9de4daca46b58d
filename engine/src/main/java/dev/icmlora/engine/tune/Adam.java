package dev.icmlora.engine.tune;

import java.util.List;

/// Adam (arXiv 1412.6980, algorithm 1) over some matrices.
final class Adam {
    private static final double EPSILON = 1e-8;

    private final List<float[]> weights;
    private final List<float[]> means;
    private final List<float[]> squares;
    private final List<Float> rates;
    private final float decayOfMean;
    private final float decayOfSquares;
    private int steps;

    /// @param weights that it changes
    /// @param rates how many times a step's rate each of them is changed at; none for once
    Adam(List<float[]> weights, List<Float> rates, float decayOfMean, float decayOfSquares) {
        this.weights = weights;
        this.rates = rates;
        this.means = zerosLike(weights);
        this.squares = zerosLike(weights);
        this.decayOfMean = decayOfMean;
        this.decayOfSquares = decayOfSquares;
    }

    static List<float[]> zerosLike(List<float[]> matrices) {
        return matrices.stream().map(matrix -> new float[matrix.length]).toList();
    }

    void step(List<float[]> gradients, float rateOfStep) {
        steps++;
        double meanScale = 1 / (1 - Math.pow(decayOfMean, steps));
        double squareScale = 1 / (1 - Math.pow(decayOfSquares, steps));
        for (int m = 0; m < weights.size(); m++) {
            float[] weight = weights.get(m);
            float[] gradient = gradients.get(m);
            float[] mean = means.get(m);
            float[] square = squares.get(m);
            float rate = rates.isEmpty() ? rateOfStep : rateOfStep * rates.get(m);
            for (int i = 0; i < weight.length; i++) {
                mean[i] = decayOfMean * mean[i] + (1 - decayOfMean) * gradient[i];
                square[i] = decayOfSquares * square[i] + (1 - decayOfSquares) * gradient[i] * gradient[i];
                weight[i] -= (float) (rate * mean[i] * meanScale / (Math.sqrt(square[i] * squareScale) + EPSILON));
            }
        }
    }
}
