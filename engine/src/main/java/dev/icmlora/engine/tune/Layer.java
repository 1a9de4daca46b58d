package dev.icmlora.engine.tune;

import java.util.EnumMap;
import java.util.Map;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// One layer of the base model over the tokens of a block, in a graph: forwards first, then back.
///
/// Between the two it keeps what is not linear: the states at the norms, queries, keys, values and attention, and, in
/// half precision because they are the most, gate and up.
final class Layer {
    private final Graph graph;
    private final GradientOps ops;
    private final BaseModelShape shape;
    private final LayerWeights weights;
    private final Linear linear;
    private final Attention attention;
    private final Tensor positions;

    private Tensor input;
    private Tensor middle;
    private Tensor keptGate;
    private Tensor keptUp;

    /// What a block's tokens leave for later ones.
    record States(Tensor keys, Tensor values) {}

    /// @param positions of the tokens
    /// @param mask `[places, tokens]`
    Layer(Graph graph, FrozenWeights weights, LoraTensors lora, int layer, Tensor positions, Tensor mask) {
        this.graph = graph;
        this.ops = new GradientOps(graph);
        this.shape = weights.shape();
        this.weights = weights.layer(layer);
        this.linear = new Linear(graph, weights, lora, layer);
        this.attention = new Attention(graph, shape, mask);
        this.positions = positions;
    }

    /// Keys and values of these tokens.
    ///
    /// @param x their states `[width, tokens]`
    States states(Tensor x) {
        input = x;
        Tensor normed = normed(x, weights.attentionNorm());
        Tensor keys = turned(linear.forward(Module.KEY, normed), shape.kvHeads());
        return new States(keys, linear.forward(Module.VALUE, normed));
    }

    /// The states after the layer.
    ///
    /// @param all keys and values of all places
    Tensor forward(States all) {
        Tensor queries = turned(linear.forward(Module.QUERY, normed(input, weights.attentionNorm())), shape.heads());
        Tensor attended = attention.forward(queries, all.keys(), all.values());
        middle = graph.add(input, linear.forward(Module.ATTENTION_OUTPUT, attended));
        Tensor normed = normed(middle, weights.feedForwardNorm());
        Tensor gate = linear.forward(Module.GATE, normed);
        Tensor up = linear.forward(Module.UP, normed);
        keptGate = graph.cast(gate, GgmlType.F16);
        keptUp = graph.cast(up, GgmlType.F16);
        return graph.add(middle, linear.forward(Module.DOWN, ops.swiGlu(gate, up)));
    }

    /// Gradients on the way back through a layer.
    ///
    /// @param middle of the states before the feed-forward part
    /// @param queries of the queries as the matrix gave them, by token
    /// @param states of keys and values of all places
    record Back(Tensor middle, Tensor queries, States states) {}

    /// Through feed-forward part and attention.
    ///
    /// @param gradient of the states after the layer
    /// @param ofB takes the gradients of adapted matrices
    Back back(Tensor gradient, GradientsOfB ofB) {
        ofB.add(linear, Module.DOWN, gradient);
        Tensor gate = graph.cast(keptGate, GgmlType.F32);
        Tensor up = graph.cast(keptUp, GgmlType.F32);
        Tensor inner = linear.back(Module.DOWN, gradient);
        Tensor dUp = graph.mul(inner, graph.silu(gate));
        Tensor dGate = ops.siluBack(graph.mul(inner, up), gate);
        ofB.add(linear, Module.UP, dUp);
        ofB.add(linear, Module.GATE, dGate);
        Tensor dNormed = graph.add(linear.back(Module.GATE, dGate), linear.back(Module.UP, dUp));
        Tensor dMiddle = graph.add(gradient, normedBack(dNormed, middle, weights.feedForwardNorm()));
        ofB.add(linear, Module.ATTENTION_OUTPUT, dMiddle);
        Attention.Gradients gradients = attention.back(linear.back(Module.ATTENTION_OUTPUT, dMiddle));
        return new Back(
                dMiddle,
                turnedBack(gradients.queries(), shape.heads()),
                new States(gradients.keys(), gradients.values()));
    }

    /// Gradients of the results of query, key and value, adding those of B.
    ///
    /// @param queries of the queries, or null where none was computed
    /// @param own of keys and values of these tokens
    Map<Module, Tensor> ofProjections(Tensor queries, States own, GradientsOfB ofB) {
        Map<Module, Tensor> gradients = new EnumMap<>(Module.class);
        if (queries != null) {
            gradients.put(Module.QUERY, queries);
        }
        gradients.put(Module.KEY, turnedBack(own.keys(), shape.kvHeads()));
        gradients.put(Module.VALUE, own.values());
        gradients.forEach((module, gradient) -> ofB.add(linear, module, gradient));
        return gradients;
    }

    /// The gradient of the states before the layer.
    ///
    /// @param projections of the results of query, key and value
    /// @param middle of the states before the feed-forward part, or null where it was not computed
    Tensor ofInput(Map<Module, Tensor> projections, Tensor middle) {
        Tensor dNormed = projections.entrySet().stream()
                .map(each -> linear.back(each.getKey(), each.getValue()))
                .reduce(graph::add)
                .orElseThrow();
        Tensor dInput = normedBack(dNormed, input, weights.attentionNorm());
        return middle == null ? dInput : graph.add(middle, dInput);
    }

    private Tensor normed(Tensor x, Tensor weight) {
        return graph.mul(graph.rmsNorm(x, shape.epsilon()), weight);
    }

    private Tensor normedBack(Tensor gradient, Tensor x, Tensor weight) {
        return ops.rmsNormBack(graph.mul(gradient, weight), x, shape.epsilon());
    }

    private Tensor turned(Tensor x, int heads) {
        long tokens = x.elements() / heads / shape.headSize();
        Tensor turned = ops.rope(graph.reshape(x, shape.headSize(), heads, tokens), positions, shape.rope());
        return graph.reshape(turned, (long) shape.headSize() * heads, tokens);
    }

    private Tensor turnedBack(Tensor x, int heads) {
        long tokens = x.elements() / heads / shape.headSize();
        Tensor back = ops.ropeBack(graph.reshape(x, shape.headSize(), heads, tokens), positions, shape.rope());
        return graph.reshape(back, (long) shape.headSize() * heads, tokens);
    }
}
