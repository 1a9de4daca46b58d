package dev.icmlora.trainer.model;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.engine.tune.Architecture.Gate;
import dev.icmlora.engine.tune.Architecture.Norm;
import dev.icmlora.engine.tune.BaseModelShape;
import dev.icmlora.engine.tune.BaseModelShape.SlidingWindow;
import dev.icmlora.engine.tune.BaseModelWeights;
import dev.icmlora.engine.tune.BaseModelWeights.LayerWeights;
import dev.icmlora.engine.tune.Module;
import dev.icmlora.ggml.Rope;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.trainer.torch.TorchScript;

/// The frozen base model in PyTorch: the weights of the model that also serves, de-quantised. It may be of every
/// architecture that can be tuned, by the engine's description of them.
///
/// Belongs to the thread that started PyTorch.
public final class BaseModel implements AutoCloseable {
    private static final Logger LOG = System.getLogger(BaseModel.class.getName());
    /// Rows of a matrix that are de-quantised at once: that of a large vocabulary would fill the heap.
    private static final int BAND = 16_384;

    /// How the frozen matrices are stored and multiplied; norms, rotations and the residual stream are always F32.
    public enum Precision {
        F32,
        /// Twice as fast where the processor has instructions for bfloat16, thirty times slower where it has none.
        BF16,
        /// Whichever of the two this processor multiplies faster, as measured when the model is loaded.
        FASTEST
    }

    /// Rows and columns of the matrix that both are measured with: some milliseconds.
    private static final int PROBE = 512;
    private static final int PROBES = 6;

    private final BaseModelConfig config;
    private final NDManager manager;
    private final NDArray none;
    private final TorchScript program;
    private final List<NDArray> weights = new ArrayList<>();

    private BaseModel(BaseModelWeights own, NDManager manager, Precision asked) {
        this.config = BaseModelConfig.of(own);
        this.manager = manager;
        this.none = manager.create(new Shape(0));
        this.program = TorchScript.compile(BaseModel.class, "transformer.torchscript", constants(own.shape()));
        Precision precision = asked == Precision.FASTEST ? fastest() : asked;
        LOG.log(Level.INFO, "PyTorch multiplies in {0}", precision);
        own.layers().forEach(layer -> add(layer, precision));
        weights.add(windows(own.shape()));
        add(own.ropeDivisors());
        add(Optional.of(own.outputNorm()));
        NDArray embeddings = stack(precision, own.embeddings());
        boolean tied = own.output().name().equals(own.embeddings().name());
        weights.add(tied ? embeddings : stack(precision, own.output()));
        weights.add(embeddings);
    }

    /// De-quantises a model.
    ///
    /// @param model which is read and can be closed afterwards
    /// @throws IllegalArgumentException when it is a model that cannot be trained through
    public static BaseModel of(LlamaModel model, NDManager parent, Precision precision) {
        BaseModelWeights own = BaseModelConfig.weights(model);
        NDManager manager = parent.newSubManager();
        try {
            return new BaseModel(own, manager, precision);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static SequencedMap<String, Number> constants(BaseModelShape shape) {
        // Without a window, nothing asks for its positions.
        Rope nearby = shape.window().map(SlidingWindow::rope).orElse(shape.rope());
        SequencedMap<String, Number> constants = new LinkedHashMap<>();
        constants.put("heads", shape.heads());
        constants.put("kv_heads", shape.kvHeads());
        constants.put("head_size", shape.headSize());
        constants.put("turned", shape.rope().dimensions());
        constants.put("halves", shape.rope().halves() ? 1 : 0);
        constants.put("rope_base", (double) shape.rope().base());
        constants.put("rope_scale", (double) shape.rope().scale());
        constants.put("window", shape.window().map(SlidingWindow::tokens).orElse(0));
        constants.put("window_rope_base", (double) nearby.base());
        constants.put("window_rope_scale", (double) nearby.scale());
        constants.put("epsilon", (double) shape.epsilon());
        constants.put("attention_scale", (double) shape.attentionScale());
        constants.put("embedding_scale", shape.architecture().scaledEmbeddings() ? Math.sqrt(shape.width()) : 1.);
        constants.put("gelu", shape.architecture().gate() == Gate.GELU ? 1 : 0);
        return constants;
    }

    /// Adds the weights of a layer, in the order in which the program takes them.
    private void add(LayerWeights layer, Precision precision) {
        for (Norm norm : Norm.values()) {
            add(layer.norm(norm));
        }
        weights.add(stack(precision, layer.matrix(Module.QUERY), layer.matrix(Module.KEY), layer.matrix(Module.VALUE)));
        weights.add(stack(precision, layer.matrix(Module.ATTENTION_OUTPUT)));
        weights.add(stack(precision, layer.matrix(Module.GATE), layer.matrix(Module.UP)));
        weights.add(stack(precision, layer.matrix(Module.DOWN)));
        for (Module module : Module.values()) {
            add(layer.bias(module));
        }
    }

    private void add(Optional<Tensor> vector) {
        weights.add(vector.map(found -> manager.create(found.toFloats())).orElse(none));
    }

    /// 1 for each layer that has a window.
    private NDArray windows(BaseModelShape shape) {
        int[] windows = new int[shape.layers()];
        shape.window().ifPresent(window -> {
            for (int layer = 0; layer < windows.length; layer++) {
                windows[layer] = window.isOf(layer) ? 1 : 0;
            }
        });
        return manager.create(windows);
    }

    /// Matrices `[out, in]` with the same input, one below the other.
    private NDArray stack(Precision precision, Tensor... matrices) {
        try (NDManager scope = manager.newSubManager()) {
            List<NDArray> parts = new ArrayList<>();
            for (Tensor matrix : matrices) {
                long columns = matrix.shape()[0];
                long rows = matrix.shape()[1];
                for (long top = 0; top < rows; top += BAND) {
                    long bottom = Math.min(rows, top + BAND);
                    NDArray band = scope.create(matrix.rowsToFloats(top, bottom), new Shape(bottom - top, columns));
                    parts.add(precision == Precision.BF16 ? bfloat16(scope, band) : band);
                }
            }
            NDArray whole = parts.size() == 1
                    ? parts.getFirst()
                    : program.call(scope, "joined", parts).singletonOrThrow();
            whole.attach(manager);
            return whole;
        }
    }

    private Precision fastest() {
        try (NDManager scope = manager.newSubManager()) {
            long inF32 = nanos(scope, probe(scope));
            long inBf16 = nanos(scope, bfloat16(scope, probe(scope)));
            return inBf16 < inF32 ? Precision.BF16 : Precision.F32;
        }
    }

    private static NDArray probe(NDManager scope) {
        return scope.randomNormal(new Shape(PROBE, PROBE));
    }

    /// Of the quickest of some products: the first ones may compile something, and others may have to wait.
    private long nanos(NDManager scope, NDArray matrix) {
        long least = Long.MAX_VALUE;
        for (int run = 0; run < PROBES; run++) {
            long started = System.nanoTime();
            program.call(scope, "product", matrix, matrix);
            least = Math.min(least, System.nanoTime() - started);
        }
        return least;
    }

    private NDArray bfloat16(NDManager scope, NDArray band) {
        NDArray halved = program.call(scope, "bfloat16", band).singletonOrThrow();
        band.close();
        return halved;
    }

    public BaseModelConfig config() {
        return config;
    }

    /// What a batch costs.
    ///
    /// @param losses cross entropy of each answer token `[answer tokens]`
    /// @param hits 1 where the answer token was the likeliest, else 0
    public record Outcome(NDArray losses, NDArray hits) {}

    /// Runs a batch; gradients flow to the adapters' matrices.
    public Outcome losses(NDManager scope, Batch batch, Lora lora) {
        NDList outcome = program.call(
                scope,
                "losses",
                cells(scope, batch, batch.tokens()),
                cells(scope, batch, batch.positions()),
                cells(scope, batch, batch.branches()),
                scope.create(batch.owners()),
                scope.create(batch.rows()),
                scope.create(batch.targets()),
                weights,
                modules(scope, lora, lora.a()),
                modules(scope, lora, lora.b()),
                scope.create(lora.scale()));
        return new Outcome(outcome.get(0), outcome.get(1));
    }

    /// The logits `[rows, vocabulary]` at the batch's rows.
    public NDArray logits(NDManager scope, Batch batch, Lora lora) {
        return program.call(
                        scope,
                        "logits",
                        cells(scope, batch, batch.tokens()),
                        cells(scope, batch, batch.positions()),
                        cells(scope, batch, batch.branches()),
                        scope.create(batch.owners()),
                        scope.create(batch.rows()),
                        weights,
                        modules(scope, lora, lora.a()),
                        modules(scope, lora, lora.b()),
                        scope.create(lora.scale()))
                .singletonOrThrow();
    }

    /// A matrix for each module of each layer: an empty one where there is no adapter.
    private List<NDArray> modules(NDManager scope, Lora lora, List<NDArray> matrices) {
        // Of this list alone: a call tells lists from one another by the names of their arrays.
        NDArray empty = scope.create(new Shape(0));
        List<String> adapted = lora.modules();
        List<NDArray> all = new ArrayList<>();
        for (int layer = 0; layer < config.shape().layers(); layer++) {
            for (String module : BaseModelConfig.MODULES) {
                int index = adapted.indexOf(module);
                all.add(index < 0 ? empty : matrices.get(layer * adapted.size() + index));
            }
        }
        return all;
    }

    private static NDArray cells(NDManager scope, Batch batch, long[] values) {
        return scope.create(values, new Shape(batch.samples(), batch.length()));
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
