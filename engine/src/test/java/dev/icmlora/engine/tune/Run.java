package dev.icmlora.engine.tune;

import java.time.Duration;
import java.util.List;

import dev.icmlora.engine.tune.BlockGraph.PathStates;
import dev.icmlora.engine.tune.BlockTree.Pass;
import dev.icmlora.engine.tune.BlockTree.Visit;
import dev.icmlora.engine.tune.TuningState.Adam;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GraphMemory;

/// Losses of some examples and gradients of B, in one pass over blocks of a size.
///
/// @param losses of all answer tokens of each example, summed
/// @param gradients of the weighted sum of the losses, in the adapter's order
record Run(double[] losses, List<float[]> gradients) {
    static Run gradients(
            FrozenWeights weights,
            Backend backend,
            Adapter adapter,
            List<float[]> b,
            List<ExampleTokens> examples,
            int limit) {
        return of(weights, backend, adapter, b, b, new BlockTree(examples, limit), Pass.GRADIENTS);
    }

    static double[] losses(
            FrozenWeights weights, Backend backend, Adapter adapter, List<ExampleTokens> examples, int limit) {
        List<float[]> b = LoraTensors.matricesOf(adapter.generated());
        return of(weights, backend, adapter, b, b, new BlockTree(examples, limit), Pass.LOSSES)
                .losses();
    }

    /// Losses where B has moved, but each block sees what the blocks before it leave where it has not: of these
    /// losses are the gradients.
    static Run moved(
            FrozenWeights weights,
            Backend backend,
            Adapter adapter,
            List<float[]> b,
            List<ExampleTokens> examples,
            int limit) {
        List<float[]> unmoved = LoraTensors.matricesOf(adapter.generated());
        return of(weights, backend, adapter, unmoved, b, new BlockTree(examples, limit), Pass.LOSSES);
    }

    /// @param before of what a block leaves for others
    /// @param own of what it predicts
    private static Run of(
            FrozenWeights weights,
            Backend backend,
            Adapter adapter,
            List<float[]> before,
            List<float[]> own,
            BlockTree tree,
            Pass pass) {
        double[] losses = new double[tree.examples().size()];
        List<float[]> gradients = Adam.zerosLike(own);
        try (LoraTensors lora = LoraTensors.of(adapter, backend);
                GraphMemory memory = BlockGraph.memory(backend, weights.shape().layers());
                PathStates path = new PathStates(weights.shape(), Math.max(1, tree.depth()), backend)) {
            for (Visit visit : tree.visits(pass)) {
                lora.setB(own);
                compute(new BlockGraph(memory, weights, lora, path, visit), losses, gradients);
                if (before != own && !visit.block().after().isEmpty()) {
                    lora.setB(before);
                    compute(new BlockGraph(memory, weights, lora, path, visit), new double[losses.length], List.of());
                }
            }
        }
        return new Run(losses, gradients);
    }

    private static void compute(BlockGraph computed, double[] losses, List<float[]> gradients) {
        try (BlockGraph graph = computed) {
            graph.computeFor(Duration.ofMinutes(1));
            graph.addTo(losses, gradients);
        }
    }

    /// The weighted sum that is differentiated.
    double sum(List<ExampleTokens> examples) {
        double sum = 0;
        for (ExampleTokens example : examples) {
            sum += losses[example.index()] * example.weight();
        }
        return sum;
    }
}
