package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
    TuningState(
            LoraTensors lora, Adapter start, List<ExampleTokens> examples, TuningOptions options, List<Float> rates) {
        this.lora = lora;
        this.start = start;
        this.weights = LoraTensors.matricesOf(start.generated());
        this.gradients = Adam.zerosLike(weights);
        this.adam = new Adam(weights, rates, options.decayOfMean(), options.decayOfSquares());
        this.answerTokens =
                examples.stream().mapToInt(ExampleTokens::answerTokens).toArray();
        this.losses = new double[examples.size()];
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

    List<float[]> gradients() {
        return gradients;
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
}
