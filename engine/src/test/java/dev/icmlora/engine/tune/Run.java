package dev.icmlora.engine.tune;

import java.time.Duration;
import java.util.List;

import dev.icmlora.engine.tune.BlockGraph.PathStates;
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
    static Run thereAndBack(
            FrozenWeights weights,
            Backend backend,
            Adapter adapter,
            List<float[]> b,
            List<ExampleTokens> examples,
            int limit) {
        BlockTree tree = new BlockTree(examples, limit);
        return of(weights, backend, adapter, b, tree, tree.thereAndBack());
    }

    static double[] losses(
            FrozenWeights weights, Backend backend, Adapter adapter, List<ExampleTokens> examples, int limit) {
        BlockTree tree = new BlockTree(examples, limit);
        List<float[]> b = LoraTensors.matricesOf(adapter.generated());
        return of(weights, backend, adapter, b, tree, tree.forwards()).losses();
    }

    private static Run of(
            FrozenWeights weights,
            Backend backend,
            Adapter adapter,
            List<float[]> b,
            BlockTree tree,
            List<Visit> visits) {
        double[] losses = new double[tree.examples().size()];
        List<float[]> gradients = Adam.zerosLike(b);
        try (LoraTensors lora = LoraTensors.of(adapter, backend);
                GraphMemory memory = BlockGraph.memory(backend, weights.shape().layers());
                PathStates path = new PathStates(weights.shape(), Math.max(1, tree.depth()), backend)) {
            lora.setB(b);
            for (Visit visit : visits) {
                try (BlockGraph graph = new BlockGraph(memory, weights, lora, path, visit)) {
                    graph.computeFor(Duration.ofMinutes(1));
                    graph.addTo(losses, gradients);
                }
            }
        }
        return new Run(losses, gradients);
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
