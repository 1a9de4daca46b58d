package dev.icmlora.engine.tune;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.icmlora.engine.tune.BlockTree.Block;
import dev.icmlora.engine.tune.BlockTree.Block.Prediction;
import dev.icmlora.engine.tune.BlockTree.Pass;
import dev.icmlora.engine.tune.BlockTree.Visit;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.GraphMemory;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.ggml.TensorStore;

/// The base model with an adapter over the tokens of one block, as a ggml graph: forwards and, where gradients are
/// wanted, back, all in forward operations.
final class BlockGraph implements AutoCloseable {
    /// Forwards and back, with all norms, and every matrix adapted.
    private static final int TENSORS_OF_A_LAYER = 224;
    private static final int OTHER_TENSORS = 64;

    /// All gradients are so many times as large inside the graph: products with quantised weights round them to
    /// blocks whose scale is a 16-bit float, in which small ones would vanish.
    private static final float GRADIENT_FACTOR = 1024;

    private final FrozenWeights weights;
    private final PathStates path;
    private final Block block;
    private final Graph graph;
    private final List<Layer> layers = new ArrayList<>();
    private final Tensor tokens;
    private final Tensor positions;
    /// By how many tokens one sees at most: one mask for all layers, unless some have a window that is shorter than
    /// the texts.
    private final Map<Integer, Tensor> masks = new TreeMap<>();
    /// Keys and values of empty places; null if there are none.
    private final Tensor empty;
    private final Head head;
    /// Of the tokens that predict something, in the last layer; null, as the two above, if there are none.
    private final Layer.Rows rows;

    private Tensor maskOfRows;

    /// What the graphs of a model with so many layers are computed in.
    static GraphMemory memory(Backend backend, int layers) {
        return GraphMemory.create(backend, tensors(layers));
    }

    private static int tensors(int layers) {
        return layers * TENSORS_OF_A_LAYER + OTHER_TENSORS;
    }

    /// @param path null if the block has none before and after it
    BlockGraph(GraphMemory memory, FrozenWeights weights, LoraTensors lora, PathStates path, Visit visit) {
        this.block = visit.block();
        Pass pass = visit.pass();
        this.weights = weights;
        this.path = path;
        int count = weights.shape().layers();
        this.graph = Graph.create(memory, tensors(count));
        try {
            tokens = graph.input("tokens", GgmlType.I32, block.size());
            positions = graph.input("positions", GgmlType.I32, block.size());
            empty = block.emptyPlaces() == 0
                    ? null
                    : graph.input("empty", GgmlType.F32, weights.shape().kvWidth(), block.emptyPlaces());
            for (int layer = 0; layer < count; layer++) {
                layers.add(new Layer(graph, weights, lora, layer, positions));
            }
            boolean predicts = !block.predictions().isEmpty();
            boolean back = predicts && pass == Pass.GRADIENTS;
            head = predicts ? new Head(back ? GRADIENT_FACTOR : 1) : null;
            rows = predicts ? rows(pass) : null;
            forward();
            if (back) {
                back(head.back());
            }
            graph.build();
            set();
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    private Layer.Rows rows(Pass pass) {
        int count = block.predictions().size();
        return new Layer.Rows(
                graph.input("rows", GgmlType.I32, count),
                graph.input("positions of rows", GgmlType.I32, count),
                pass == Pass.GRADIENTS ? graph.input("spread", GgmlType.F32, count, block.size()) : null);
    }

    private void forward() {
        Tensor x = embedded();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            Layer.States own = layer.states(x);
            if (!block.after().isEmpty()) {
                leave(i, own);
            }
            if (i < layers.size() - 1) {
                x = layer.forward(everywhere(i, own), mask(i));
            } else if (head != null) {
                maskOfRows = graph.input(
                        "mask of rows",
                        GgmlType.F32,
                        block.places(),
                        block.predictions().size());
                head.forward(layer.forward(rows, everywhere(i, own), maskOfRows));
            }
        }
    }

    private Tensor embedded() {
        Tensor x = graph.getRows(weights.own().embeddings(), tokens);
        BaseModelShape shape = weights.shape();
        return shape.architecture().scaledEmbeddings() ? graph.scale(x, (float) Math.sqrt(shape.width())) : x;
    }

    /// For the blocks after this one.
    private void leave(int layer, Layer.States own) {
        int start = block.start();
        int end = start + block.size();
        graph.output(graph.cpy(own.keys(), path.keys(graph, layer, start, end)));
        graph.output(graph.cpy(own.values(), path.values(graph, layer, start, end)));
    }

    private Tensor mask(int layer) {
        int reach = reach(layer);
        return masks.computeIfAbsent(
                reach, _ -> graph.input("mask" + reach, GgmlType.F32, block.places(), block.size()));
    }

    private int reach(int layer) {
        return Math.min(weights.shape().reach(layer), block.reach());
    }

    /// Those of all places.
    private Layer.States everywhere(int layer, Layer.States own) {
        Tensor keys = own.keys();
        Tensor values = own.values();
        if (block.start() > 0) {
            keys = graph.concat(path.keys(graph, layer, 0, block.start()), keys, 1);
            values = graph.concat(path.values(graph, layer, 0, block.start()), values, 1);
        }
        if (empty == null) {
            return new Layer.States(keys, values);
        }
        return new Layer.States(graph.concat(keys, empty, 1), graph.concat(values, empty, 1));
    }

    /// @param gradient of the states after the last layer
    private void back(Tensor gradient) {
        Tensor x = gradient;
        for (int i = layers.size() - 1; i >= 0; i--) {
            Layer layer = layers.get(i);
            Layer.Back back = layer.back(x);
            Map<Module, Tensor> projections = layer.ofProjections(back.queries(), ofOwn(back.states()));
            x = i == 0 ? null : layer.ofInput(projections, back.middle());
        }
    }

    /// Of the gradients of all places, those of the block's own keys and values.
    private Layer.States ofOwn(Layer.States all) {
        int start = block.start();
        int end = start + block.size();
        return new Layer.States(
                graph.cont(graph.view(all.keys(), 1, start, end)), graph.cont(graph.view(all.values(), 1, start, end)));
    }

    private void set() {
        tokens.set(block.tokens());
        positions.set(block.positions());
        masks.forEach((reach, mask) -> mask.set(block.mask(reach)));
        if (empty != null && (layers.size() > 1 || head != null)) {
            empty.set(new float[Math.toIntExact(empty.elements())]);
        }
        if (head != null) {
            setRows();
            head.set();
        }
    }

    private void setRows() {
        int[] nodes = block.predicting();
        rows.indices().set(nodes);
        rows.positions().set(Arrays.stream(nodes).map(block::position).toArray());
        maskOfRows.set(block.mask(reach(layers.size() - 1), nodes));
        if (rows.spread() != null) {
            float[] spread = new float[nodes.length * block.size()];
            for (int i = 0; i < nodes.length; i++) {
                spread[nodes[i] * nodes.length + i] = 1;
            }
            rows.spread().set(spread);
        }
    }

    /// Goes on until everything is computed or the time is over.
    ///
    /// @return whether everything is computed
    boolean computeFor(Duration time) {
        return graph.computeFor(time);
    }

    /// Adds what was computed.
    ///
    /// @param losses to add to, by example
    /// @param sums of the gradients of B to add to
    void addTo(double[] losses, List<float[]> sums) {
        if (head != null) {
            head.addTo(losses);
        }
        layers.forEach(layer -> layer.addTo(sums, GRADIENT_FACTOR));
    }

    /// Operations that the device lacks.
    List<String> unsupported() {
        return graph.unsupported();
    }

    @Override
    public void close() {
        graph.close();
    }

    /// The last norm, the output matrix and the loss, for states that have to predict a token each; forwards and back.
    private final class Head {
        private final GradientOps ops = new GradientOps(graph);
        private final List<Prediction> predictions = block.predictions();
        private final int vocabulary = weights.vocabulary();
        private final Tensor targets = graph.input("targets", GgmlType.I32, predictions.size());
        private final float factor;
        private Tensor weightOf;
        private Tensor certain;
        private Tensor states;
        private Tensor likelihoods;
        private Tensor ofTargets;

        /// @param factor of likelihoods and gradients inside the graph
        Head(float factor) {
            this.factor = factor;
        }

        /// @param x states after the last layer `[width, predictions]`
        void forward(Tensor x) {
            states = x;
            Tensor normed = graph.mul(
                    graph.rmsNorm(states, weights.shape().epsilon()),
                    weights.own().outputNorm());
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
            Tensor dNormed = graph.mul(
                    graph.mulMat(weights.outputTransposed(), graph.reshape(errors, vocabulary, count)), weightOf);
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

    /// Keys and values of the blocks on the way to the one that is computed, in every layer.
    static final class PathStates implements AutoCloseable {
        private final TensorStore store;
        private final Tensor states;

        /// @param tokens most that there are on any way, 1 or more
        PathStates(BaseModelShape shape, int tokens, Backend backend) {
            store = TensorStore.ofCapacity(1);
            states = store.create("states", GgmlType.F32, shape.kvWidth(), tokens, 2L * shape.layers());
            try {
                store.allocate(backend);
            } catch (RuntimeException e) {
                store.close();
                throw e;
            }
        }

        Tensor keys(Graph graph, int layer, int from, int to) {
            return part(graph, 2 * layer, from, to);
        }

        Tensor values(Graph graph, int layer, int from, int to) {
            return part(graph, 2 * layer + 1, from, to);
        }

        private Tensor part(Graph graph, int index, int from, int to) {
            return graph.view(graph.view(states, 2, index, index + 1), 1, from, to);
        }

        long bytes() {
            return store.bytes();
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
