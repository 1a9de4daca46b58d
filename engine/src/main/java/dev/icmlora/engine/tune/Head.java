package dev.icmlora.engine.tune;

import java.util.List;

import dev.icmlora.engine.tune.BlockTree.Block;
import dev.icmlora.engine.tune.BlockTree.Block.Prediction;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The last norm, the output matrix and the loss, for states that have to predict a token each; forwards and back.
final class Head {
    private final Graph graph;
    private final GradientOps ops;
    private final FrozenWeights weights;
    private final List<Prediction> predictions;
    private final int vocabulary;
    private final Tensor targets;
    private final float factor;
    private Tensor weightOf;
    private Tensor certain;
    private Tensor states;
    private Tensor likelihoods;
    private Tensor ofTargets;

    /// @param factor of likelihoods and gradients inside the graph
    Head(Graph graph, FrozenWeights weights, Block block, float factor) {
        this.graph = graph;
        this.ops = new GradientOps(graph);
        this.weights = weights;
        this.factor = factor;
        this.predictions = block.predictions();
        this.vocabulary = weights.vocabulary();
        this.targets = graph.input("targets", GgmlType.I32, predictions.size());
    }

    /// @param x states after the last layer `[width, predictions]`
    void forward(Tensor x) {
        states = x;
        Tensor normed = graph.mul(
                graph.rmsNorm(states, weights.shape().epsilon()), weights.own().outputNorm());
        Tensor logits = graph.mulMat(weights.own().output(), normed);
        // Each in the memory of the one before: they are large.
        Tensor scaled = graph.scale(graph.softMax(logits), factor);
        likelihoods = graph.reshape(scaled, 1, (long) vocabulary * predictions.size());
        ofTargets = graph.getRows(likelihoods, targets);
        graph.output(ofTargets);
    }

    /// The gradient of the states after the last layer. Likelihoods are overwritten by their gradients.
    Tensor back() {
        int count = predictions.size();
        weightOf = graph.input("weights", GgmlType.F32, 1, count);
        certain = graph.input("certain", GgmlType.F32, 1, 1);
        Tensor errors = ops.setRows(likelihoods, graph.sub(ofTargets, certain), targets);
        Tensor dNormed =
                graph.mul(graph.mulMat(weights.outputTransposed(), graph.reshape(errors, vocabulary, count)), weightOf);
        return ops.rmsNormBack(
                graph.mul(dNormed, weights.own().outputNorm()),
                states,
                weights.shape().epsilon());
    }

    /// Sets the inputs of the built graph.
    void set() {
        int count = predictions.size();
        int[] targetOf = new int[count];
        float[] weightsOfAll = new float[count];
        for (int i = 0; i < count; i++) {
            Prediction prediction = predictions.get(i);
            targetOf[i] = i * vocabulary + prediction.token();
            weightsOfAll[i] = prediction.weight();
        }
        targets.set(targetOf);
        if (weightOf != null) {
            weightOf.set(weightsOfAll);
            certain.set(new float[] {factor});
        }
    }

    /// Adds the losses of the predicted tokens to those of their examples.
    void addTo(double[] losses) {
        float[] likelihood = ofTargets.toFloats();
        for (int i = 0; i < likelihood.length; i++) {
            losses[predictions.get(i).example()] -= Math.log(Math.max(likelihood[i] / factor, Float.MIN_NORMAL));
        }
    }
}
