package dev.icmlora.engine.tune;

import java.util.List;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The last norm, the output matrix and the loss, for the states that have to predict something; forwards and back.
final class Head {
    private final Graph graph;
    private final GradientOps ops;
    private final FrozenWeights weights;
    private final List<Prediction> predictions;
    private final int tokens;
    private final int vocabulary;
    private final Tensor rows;
    private final Tensor targets;
    private Tensor factors;
    private Tensor spread;
    private Tensor one;
    private Tensor states;
    private Tensor logits;
    private Tensor likelihoods;
    private Tensor ofTargets;

    Head(Graph graph, FrozenWeights weights, Block block) {
        this.graph = graph;
        this.ops = new GradientOps(graph);
        this.weights = weights;
        this.predictions = block.predictions();
        this.tokens = block.size();
        this.vocabulary = weights.vocabulary();
        this.rows = graph.input("rows", GgmlType.I32, predictions.size());
        this.targets = graph.input("targets", GgmlType.I32, predictions.size());
    }

    /// @param x states after the last layer `[width, tokens]`
    void forward(Tensor x) {
        states = graph.getRows(x, rows);
        Tensor normed = graph.mul(graph.rmsNorm(states, weights.shape().epsilon()), weights.outputNorm());
        logits = graph.mulMat(weights.output(), normed);
        likelihoods = graph.reshape(graph.softMax(logits), 1, (long) vocabulary * predictions.size());
        ofTargets = graph.getRows(likelihoods, targets);
        graph.output(ofTargets);
    }

    /// The logits `[vocabulary, predictions]`.
    Tensor logits() {
        return logits;
    }

    /// The gradient of the states after the last layer. Likelihoods are overwritten by their gradients.
    Tensor back() {
        int count = predictions.size();
        factors = graph.input("factors", GgmlType.F32, 1, count);
        spread = graph.input("spread", GgmlType.F32, count, tokens);
        one = graph.input("one", GgmlType.F32, 1, 1);
        Tensor errors = ops.setRows(likelihoods, graph.sub(ofTargets, one), targets);
        Tensor dLogits = graph.mul(graph.reshape(errors, vocabulary, count), factors);
        Tensor dNormed = graph.mulMat(weights.outputTransposed(), dLogits);
        Tensor dStates = ops.rmsNormBack(
                graph.mul(dNormed, weights.outputNorm()),
                states,
                weights.shape().epsilon());
        // Each to the token whose state it is the gradient of; several may be of one token.
        return graph.mulMat(graph.cont(graph.permute(dStates, 1, 0, 2, 3)), spread);
    }

    /// Sets the inputs of the built graph.
    ///
    /// @param factor of all gradients
    void set(float factor) {
        int count = predictions.size();
        int[] rowOf = new int[count];
        int[] targetOf = new int[count];
        float[] weightOf = new float[count];
        float[] spreadOf = new float[count * tokens];
        for (int i = 0; i < count; i++) {
            Prediction prediction = predictions.get(i);
            rowOf[i] = prediction.node();
            targetOf[i] = i * vocabulary + prediction.token();
            weightOf[i] = prediction.weight() * factor;
            spreadOf[prediction.node() * count + i] = 1;
        }
        rows.set(rowOf);
        targets.set(targetOf);
        if (factors != null) {
            factors.set(weightOf);
            spread.set(spreadOf);
            one.set(new float[] {1});
        }
    }

    /// Adds the losses of the predicted tokens to those of their examples.
    void addTo(double[] losses) {
        float[] likelihood = ofTargets.toFloats();
        for (int i = 0; i < likelihood.length; i++) {
            losses[predictions.get(i).example()] -= Math.log(Math.max(likelihood[i], Float.MIN_NORMAL));
        }
    }
}
