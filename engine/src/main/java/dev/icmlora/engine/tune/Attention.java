package dev.icmlora.engine.tune;

import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// Attention of a block's tokens to places: those of tokens before the block, their own, and some that are empty,
/// which nothing sees; forwards and back. Query heads that share
/// keys and values are laid side by side as more tokens of one head, so that products need not repeat anything and
/// gradients add up by themselves.
final class Attention {
    private final Graph graph;
    private final GradientOps ops;
    private final BaseModelShape shape;
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
    Attention(Graph graph, BaseModelShape shape, Tensor mask) {
        this.graph = graph;
        this.ops = new GradientOps(graph);
        this.shape = shape;
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
