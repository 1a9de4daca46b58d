package dev.icmlora.engine.tune;

import java.util.Map;
import java.util.TreeMap;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// What the tokens of a block see: one mask for all layers, unless some have a window that is shorter than the
/// texts.
final class Masks {
    private final Graph graph;
    private final BaseModelShape shape;
    private final Block block;
    private final Map<Integer, Tensor> byReach = new TreeMap<>();

    Masks(Graph graph, BaseModelShape shape, Block block) {
        this.graph = graph;
        this.shape = shape;
        this.block = block;
    }

    /// Of a layer: `[places, tokens]`.
    Tensor of(int layer) {
        int reach = Math.min(shape.reach(layer), block.reach());
        return byReach.computeIfAbsent(
                reach, _ -> graph.input("mask" + reach, GgmlType.F32, block.places(), block.size()));
    }

    /// Sets the inputs of the built graph.
    void set() {
        byReach.forEach((reach, mask) -> mask.set(block.mask(reach)));
    }
}
