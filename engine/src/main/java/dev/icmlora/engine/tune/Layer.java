package dev.icmlora.engine.tune;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.icmlora.engine.tune.Architecture.Gate;
import dev.icmlora.engine.tune.Architecture.Norm;
import dev.icmlora.engine.tune.BaseModelWeights.LayerWeights;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Rope;
import dev.icmlora.ggml.Tensor;

/// One layer of the base model over the tokens of a block, in a graph: forwards first, then back.
///
/// Between the two it keeps what is not linear: the states at the norms, queries, keys, values and attention, and, at
/// 8 bits because they are the most, gate and up.
final class Layer {
    private final Graph graph;
    private final GradientOps ops;
    private final BaseModelShape shape;
    private final Gate gating;
    private final LayerWeights weights;
    private final Linear linear;
    private final Map<Norm, Tensor> normed = new EnumMap<>(Norm.class);
    private final Tensor positions;
    private final Optional<Tensor> ropeDivisors;
    private final Rope rope;

    private Tensor input;
    private Tensor normedInput;
    private Rows rows;
    private Attention attention;
    private Tensor keptGate;
    private Tensor keptUp;

    /// What a block's tokens leave for later ones.
    record States(Tensor keys, Tensor values) {}

    /// Some of the tokens: those whose states go on after a last layer.
    ///
    /// @param indices of each among all tokens; one may be there several times
    /// @param positions of each
    /// @param spread `[rows, tokens]`: 1 where a row is of a token, 0 elsewhere
    record Rows(Tensor indices, Tensor positions, Tensor spread) {}

    /// @param positions of the tokens
    Layer(Graph graph, FrozenWeights weights, LoraTensors lora, int layer, Tensor positions) {
        this.graph = graph;
        this.ops = new GradientOps(graph);
        this.shape = weights.shape();
        this.gating = shape.architecture().gate();
        this.weights = weights.layer(layer);
        this.linear = new Linear(weights, lora, layer);
        this.positions = positions;
        this.ropeDivisors = weights.own().ropeDivisors();
        this.rope = shape.rope(layer);
    }

    /// Keys and values of these tokens.
    ///
    /// @param x their states `[width, tokens]`
    States states(Tensor x) {
        input = x;
        normedInput = norm(Norm.ATTENTION, x);
        Tensor keys = turned(Norm.KEY, linear.forward(Module.KEY, normedInput), shape.kvHeads(), positions);
        return new States(keys, linear.forward(Module.VALUE, normedInput));
    }

    /// The states after the layer.
    ///
    /// @param all keys and values of all places
    /// @param mask of places that the tokens see `[places, tokens]`
    Tensor forward(States all, Tensor mask) {
        return forward(input, normedInput, positions, all, mask);
    }

    /// The states of some tokens after the layer.
    ///
    /// @param all keys and values of all places
    /// @param mask of places that they see `[places, rows]`
    Tensor forward(Rows only, States all, Tensor mask) {
        rows = only;
        return forward(
                graph.getRows(input, rows.indices()),
                graph.getRows(normedInput, rows.indices()),
                rows.positions(),
                all,
                mask);
    }

    private Tensor forward(Tensor x, Tensor normedX, Tensor at, States all, Tensor mask) {
        Tensor queries = turned(Norm.QUERY, linear.forward(Module.QUERY, normedX), shape.heads(), at);
        attention = new Attention(mask);
        Tensor attended = attention.forward(queries, all.keys(), all.values());
        Tensor added = norm(Norm.ATTENTION_RESULT, linear.forward(Module.ATTENTION_OUTPUT, attended));
        Tensor middle = graph.add(x, added);
        Tensor normed = norm(Norm.FEED_FORWARD, middle);
        Tensor gate = linear.forward(Module.GATE, normed);
        Tensor up = linear.forward(Module.UP, normed);
        keptGate = kept(gate);
        keptUp = kept(up);
        Tensor down = linear.forward(Module.DOWN, gating.gated(ops, gate, up));
        return graph.add(middle, norm(Norm.FEED_FORWARD_RESULT, down));
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
    Back back(Tensor gradient) {
        Tensor dDown = normBack(Norm.FEED_FORWARD_RESULT, gradient);
        linear.differentiate(Module.DOWN, dDown);
        Tensor gate = graph.cast(keptGate, GgmlType.F32);
        Tensor up = graph.cast(keptUp, GgmlType.F32);
        Tensor inner = linear.back(Module.DOWN, dDown);
        Tensor dUp = gating.gated(ops, gate, inner);
        Tensor dGate = gating.back(ops, graph.mul(inner, up), gate);
        linear.differentiate(Module.UP, dUp);
        linear.differentiate(Module.GATE, dGate);
        Tensor dNormed = graph.add(linear.back(Module.GATE, dGate), linear.back(Module.UP, dUp));
        Tensor dMiddle = graph.add(gradient, normBack(Norm.FEED_FORWARD, dNormed));
        Tensor dAdded = normBack(Norm.ATTENTION_RESULT, dMiddle);
        linear.differentiate(Module.ATTENTION_OUTPUT, dAdded);
        Attention.Gradients gradients = attention.back(linear.back(Module.ATTENTION_OUTPUT, dAdded));
        return new Back(
                dMiddle,
                turnedBack(Norm.QUERY, gradients.queries(), shape.heads(), rows == null ? positions : rows.positions()),
                new States(gradients.keys(), gradients.values()));
    }

    /// Gradients of the results of query, key and value.
    ///
    /// @param own of keys and values of these tokens
    Map<Module, Tensor> ofProjections(Tensor queries, States own) {
        Map<Module, Tensor> gradients = new EnumMap<>(Module.class);
        gradients.put(Module.QUERY, queries);
        gradients.put(Module.KEY, turnedBack(Norm.KEY, own.keys(), shape.kvHeads(), positions));
        gradients.put(Module.VALUE, own.values());
        gradients.forEach((module, gradient) -> linear.differentiate(module, gradient));
        return gradients;
    }

    /// The gradient of the states before the layer.
    ///
    /// @param projections of the results of query, key and value
    /// @param middle of the states before the feed-forward part
    Tensor ofInput(Map<Module, Tensor> projections, Tensor middle) {
        Tensor dNormed = projections.entrySet().stream()
                .map(each -> ofNormed(each.getKey(), each.getValue()))
                .reduce(graph::add)
                .orElseThrow();
        Tensor dInput = normBack(Norm.ATTENTION, dNormed);
        return graph.add(spread(middle), dInput);
    }

    private Tensor ofNormed(Module module, Tensor gradient) {
        Tensor dNormed = linear.back(module, gradient);
        return module == Module.QUERY ? spread(dNormed) : dNormed;
    }

    /// Each row's gradient to the token that it is of; what is of all tokens stays.
    private Tensor spread(Tensor gradient) {
        return rows == null ? gradient : graph.mulMat(graph.cont(graph.permute(gradient, 1, 0, 2, 3)), rows.spread());
    }

    /// Adds the gradients of B, divided by a factor.
    ///
    /// @param sums of all B in the adapter's order, `[out][rank]` each
    void addTo(List<float[]> sums, float factor) {
        linear.addTo(sums, factor);
    }

    private Tensor kept(Tensor x) {
        boolean wholeBlocks = x.shape()[0] % GgmlType.Q8_0.blockElements() == 0;
        Tensor kept = graph.cast(x, wholeBlocks ? GgmlType.Q8_0 : GgmlType.F16);
        graph.computeHere(kept);
        return kept;
    }

    /// A norm of the layer; `x` itself if the architecture lacks it.
    ///
    /// @param x `[features, ...]`
    private Tensor norm(Norm norm, Tensor x) {
        normed.put(norm, x);
        return weights.norm(norm)
                .map(weight -> graph.mul(graph.rmsNorm(x, shape.epsilon()), weight))
                .orElse(x);
    }

    /// The gradient of the input of [#norm], from that of the result.
    private Tensor normBack(Norm norm, Tensor gradient) {
        return weights.norm(norm)
                .map(weight -> ops.rmsNormBack(graph.mul(gradient, weight), normed.get(norm), shape.epsilon()))
                .orElse(gradient);
    }

    /// Queries or keys as the matrix gave them, each head normed where the architecture does so, and turned.
    private Tensor turned(Norm norm, Tensor x, int heads, Tensor at) {
        Tensor normed = norm(norm, byHead(x, heads));
        return byToken(ops.rope(normed, at, ropeDivisors, rope), heads);
    }

    private Tensor turnedBack(Norm norm, Tensor gradient, int heads, Tensor at) {
        Tensor dNormed = ops.ropeBack(byHead(gradient, heads), at, ropeDivisors, rope);
        return byToken(normBack(norm, dNormed), heads);
    }

    /// `[features, tokens]` as `[head size, heads, tokens]`.
    private Tensor byHead(Tensor x, int heads) {
        return graph.reshape(x, shape.headSize(), heads, x.elements() / heads / shape.headSize());
    }

    /// The other way round.
    private Tensor byToken(Tensor x, int heads) {
        long features = (long) shape.headSize() * heads;
        return graph.reshape(x, features, x.elements() / features);
    }

    /// The layer's matrices with their LoRA, forwards and back, and the gradients of B.
    private final class Linear {
        private final FrozenWeights frozen;
        private final LoraTensors lora;
        private final int layer;
        /// Of adapted modules, what A made of the input.
        private final Map<Module, Tensor> reduced = new EnumMap<>(Module.class);
        /// Of adapted modules that were gone back through, the gradient of B, `[out, rank]`.
        private final Map<Module, Tensor> gradientsOfB = new EnumMap<>(Module.class);

        Linear(FrozenWeights frozen, LoraTensors lora, int layer) {
            this.frozen = frozen;
            this.lora = lora;
            this.layer = layer;
        }

        /// `W x + scale B A x + bias`, without the bias where there is none.
        Tensor forward(Module module, Tensor x) {
            Tensor y = adapted(module, x);
            return weights.bias(module).map(bias -> graph.add(y, bias)).orElse(y);
        }

        private Tensor adapted(Module module, Tensor x) {
            Tensor y = graph.mulMat(weights.matrix(module), x);
            Optional<LoraTensors.Pair> pair = pair(module);
            if (pair.isEmpty()) {
                return y;
            }
            Tensor low = graph.scale(graph.mulMat(pair.get().a(), x), lora.scale());
            reduced.put(module, low);
            return graph.add(y, graph.mulMat(pair.get().b(), low));
        }

        /// The gradient of the input of [#forward], from that of the result.
        Tensor back(Module module, Tensor gradient) {
            Tensor dx = graph.mulMat(frozen.transposed(layer, module), gradient);
            Optional<LoraTensors.Pair> pair = pair(module);
            if (pair.isEmpty()) {
                return dx;
            }
            Tensor low = graph.scale(graph.mulMat(pair.get().bTransposed(), gradient), lora.scale());
            return graph.add(dx, graph.mulMat(pair.get().aTransposed(), low));
        }

        /// Has the graph compute the gradient of B, from that of the module's result; nothing if it is not adapted.
        void differentiate(Module module, Tensor gradient) {
            Tensor low = reduced.get(module);
            if (low != null) {
                Tensor ofB = ops.outProd(gradient, low);
                graph.output(ofB);
                gradientsOfB.put(module, ofB);
            }
        }

        /// Adds the computed gradients of B, divided by a factor.
        ///
        /// @param sums of all B in the adapter's order, `[out][rank]` each
        void addTo(List<float[]> sums, float factor) {
            gradientsOfB.forEach((module, ofB) -> {
                float[] sum = sums.get(lora.index(layer, module).orElseThrow());
                float[] values = ofB.toFloats();
                int out = Math.toIntExact(ofB.shape()[0]);
                int rank = values.length / out;
                for (int r = 0; r < rank; r++) {
                    for (int o = 0; o < out; o++) {
                        sum[o * rank + r] += values[r * out + o] / factor;
                    }
                }
            });
        }

        private Optional<LoraTensors.Pair> pair(Module module) {
            return lora.index(layer, module).map(lora::pair);
        }
    }

    /// Attention of a block's tokens to places: those of tokens before the block, their own, and some that are empty,
    /// which nothing sees; forwards and back. Query heads that share keys and values are laid side by side as more
    /// tokens of one head, so that products need not repeat anything and gradients add up by themselves.
    private final class Attention {
        private final long tokens;
        private final long places;
        private final Tensor mask;
        private final float scale;

        private Tensor queries;
        private Tensor keys;
        private Tensor values;
        private Tensor shares;

        /// Gradients of what went in: `[features, tokens]` of queries, `[features, places]` of the others.
        record Gradients(Tensor queries, Tensor keys, Tensor values) {}

        /// @param mask `[places, tokens]`
        Attention(Tensor mask) {
            this.places = mask.shape()[0];
            this.tokens = mask.elements() / places;
            this.mask = mask;
            this.scale = shape.attentionScale();
        }

        /// @param q queries `[features, tokens]`
        /// @param k keys `[features, places]`
        /// @param v values `[features, places]`
        /// @return `[features, tokens]`
        Tensor forward(Tensor q, Tensor k, Tensor v) {
            queries = byKvHead(q);
            keys = byHead(k);
            values = byHead(v);
            Tensor scores = graph.mulMat(keys, queries);
            shares = byKvHeadAgain(ops.softMax(byQueryHead(scores), mask, scale));
            return byToken(graph.mulMat(transposed(values), shares));
        }

        /// @param gradient of the result
        Gradients back(Tensor gradient) {
            Tensor dOut = byKvHead(gradient);
            Tensor dShares = graph.mulMat(values, dOut);
            Tensor dScores = byKvHeadAgain(ops.softMaxBack(byQueryHead(dShares), byQueryHead(shares), scale));
            Tensor dValues = ops.outProd(dOut, shares);
            Tensor dQueries = graph.mulMat(transposed(keys), dScores);
            Tensor dKeys = ops.outProd(queries, dScores);
            return new Gradients(byToken(dQueries), byFeature(dKeys), byFeature(dValues));
        }

        /// `[features, tokens]` of all query heads as `[head size, tokens x group, kv heads]`.
        private Tensor byKvHead(Tensor x) {
            Tensor heads = graph.reshape(x, shape.headSize(), shape.heads(), tokens);
            return graph.reshape(
                    graph.cont(graph.permute(heads, 0, 2, 1, 3)),
                    shape.headSize(),
                    tokens * shape.group(),
                    shape.kvHeads());
        }

        /// The other way round.
        private Tensor byToken(Tensor x) {
            Tensor heads = graph.reshape(x, shape.headSize(), tokens, shape.heads());
            return graph.reshape(
                    graph.cont(graph.permute(heads, 0, 2, 1, 3)), (long) shape.headSize() * shape.heads(), tokens);
        }

        /// `[features, places]` of all kv heads as `[head size, places, kv heads]`.
        private Tensor byHead(Tensor x) {
            Tensor heads = graph.reshape(x, shape.headSize(), shape.kvHeads(), places);
            return graph.cont(graph.permute(heads, 0, 2, 1, 3));
        }

        /// The other way round.
        private Tensor byFeature(Tensor x) {
            return graph.reshape(graph.cont(graph.permute(x, 0, 2, 1, 3)), shape.kvWidth(), places);
        }

        /// `[places, tokens x group, kv heads]` as `[places, tokens, heads]`.
        private Tensor byQueryHead(Tensor x) {
            return graph.reshape(x, places, tokens, shape.heads());
        }

        private Tensor byKvHeadAgain(Tensor x) {
            return graph.reshape(x, places, tokens * shape.group(), shape.kvHeads());
        }

        private Tensor transposed(Tensor x) {
            return graph.cont(graph.permute(x, 1, 0, 2, 3));
        }
    }
}
