package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

/// The numbers that change from slice to slice: B, its gradients, and the losses of the examples.
final class TuningState {
    private final LoraTensors lora;
    private final Adapter start;
    private final List<float[]> weights;
    private final List<float[]> gradients;
    private final Adam adam;
    private final int[] answerTokens;
    /// Sums over the answer tokens of each example in the pass that runs.
    private final double[] losses;

    /// @param rates of each matrix B, as [Tuner] has them
    /// @param from of the same tuning
    TuningState(
            LoraTensors lora,
            Adapter start,
            List<ExampleTokens> examples,
            TuningOptions options,
            List<Float> rates,
            Optional<PausedTuning> from) {
        this.lora = lora;
        this.start = start;
        this.weights =
                from.map(paused -> copies(paused.weights)).orElseGet(() -> LoraTensors.matricesOf(start.generated()));
        this.gradients = Adam.zerosLike(weights);
        this.adam = new Adam(weights, rates, options.decayOfMean(), options.decayOfSquares());
        from.ifPresent(paused -> {
            adam.goOnFrom(paused);
            lora.setB(weights);
        });
        this.answerTokens =
                examples.stream().mapToInt(ExampleTokens::answerTokens).toArray();
        this.losses = new double[examples.size()];
    }

    private static List<float[]> copies(List<float[]> matrices) {
        return matrices.stream().map(float[]::clone).toList();
    }

    /// @param before of each example, as [Tuning] has them
    PausedTuning paused(double lossOfStep, double[] before, double[] latest) {
        return new PausedTuning(
                adam.steps,
                lossOfStep,
                before.clone(),
                latest.clone(),
                copies(weights),
                copies(adam.means),
                copies(adam.squares));
    }

    /// Forgets the losses and gradients of the pass before.
    void begin() {
        gradients.forEach(gradient -> Arrays.fill(gradient, 0));
        Arrays.fill(losses, 0);
    }

    /// Adds what a graph computed.
    void add(BlockGraph graph) {
        graph.addTo(losses, gradients);
    }

    /// @return false if a gradient is no number; then nothing has changed
    boolean step(float rate) {
        for (float[] gradient : gradients) {
            for (float value : gradient) {
                if (!Float.isFinite(value)) {
                    return false;
                }
            }
        }
        adam.step(gradients, rate);
        lora.setB(weights);
        return true;
    }

    /// The mean loss of an answer token of an example in the pass that ran last, 0 if it was not part of it.
    double loss(int example) {
        return losses[example] / answerTokens[example];
    }

    /// The mean over these examples.
    double meanLoss(List<Integer> of) {
        return of.stream().mapToDouble(this::loss).average().orElseThrow();
    }

    /// The adapter with these weights, in the precision in which it is served.
    Adapter adapter() {
        List<NamedTensor> b = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            NamedTensor old = start.generated().get(i);
            b.add(new NamedTensor(old.name(), GgmlType.F16, old.shape(), Halves.toF16(weights.get(i))));
        }
        return start.withGenerated(b);
    }

    /// Adam (arXiv 1412.6980, algorithm 1) over some matrices.
    static final class Adam {
        private static final double EPSILON = 1e-8;

        private final List<float[]> weights;
        private List<float[]> means;
        private List<float[]> squares;
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

        private void goOnFrom(PausedTuning paused) {
            means = copies(paused.means);
            squares = copies(paused.squares);
            steps = paused.step;
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
}
