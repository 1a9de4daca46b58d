package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelWeights;

/// The base model's weights for a pass forwards and back: llama.cpp's own tensors, and each matrix once more,
/// transposed. One for each model; graphs of several threads may use it at the same time, since none writes it.
public final class FrozenWeights implements AutoCloseable {
    private static final String EMBEDDINGS = "token_embd.weight";
    private static final String OUTPUT_NORM = "output_norm.weight";
    private static final String ROPE_DIVISORS = "rope_freqs.weight";

    private final BaseModelShape shape;
    private final Ends ends;
    private final TransposedWeights transposed;
    private final List<LayerWeights> layers;

    /// What is not of a layer.
    ///
    /// @param ropeDivisors of the angles of positions, if the model has them
    private record Ends(Tensor embeddings, Tensor outputNorm, Tensor output, Optional<Tensor> ropeDivisors) {
        static Ends of(ModelWeights own, BaseModelShape shape) {
            RequiredTensors tensors = new RequiredTensors(own);
            long vocabulary = tensors.rows(EMBEDDINGS);
            return new Ends(
                    tensors.matrix(EMBEDDINGS, shape.width(), vocabulary),
                    tensors.vector(OUTPUT_NORM, shape.width()),
                    RequiredTensors.shaped(own.output(), shape.width(), vocabulary),
                    tensors.optionalVector(ROPE_DIVISORS, shape.rope().pairs()));
        }
    }

    private FrozenWeights(BaseModelShape shape, Ends ends, TransposedWeights transposed, List<LayerWeights> layers) {
        this.shape = shape;
        this.ends = ends;
        this.transposed = transposed;
        this.layers = List.copyOf(layers);
    }

    /// Why a model's adapters cannot be tuned, as far as its file says; empty if they can.
    public static Optional<String> refusal(LlamaModel model) {
        try {
            BaseModelShape.of(model);
            return Optional.empty();
        } catch (UnsupportedBaseModelException e) {
            return Optional.of(e.getMessage());
        }
    }

    /// Transposes the model, which takes about a second for 100 million weights.
    ///
    /// @param model which graphs keep alive
    /// @param backend whose device holds the copies
    /// @throws UnsupportedBaseModelException if the graph does not compute what the model does, or its weights
    /// were repacked when it was loaded
    /// @throws dev.icmlora.ggml.NativeCallException if there is no memory for the copies
    public static FrozenWeights of(LlamaModel model, Backend backend) {
        BaseModelShape shape = BaseModelShape.of(model);
        ModelWeights own = ModelWeights.of(model);
        own.repacked().ifPresent(found -> {
            throw new UnsupportedBaseModelException("its weights were repacked for this processor (" + found
                    + "), in which only llama.cpp's own kernels read them; load it without repacking");
        });
        List<LayerWeights> layers = new ArrayList<>();
        Set<String> unknown = own.names();
        List.of(EMBEDDINGS, OUTPUT_NORM, ROPE_DIVISORS).forEach(unknown::remove);
        for (int layer = 0; layer < shape.layers(); layer++) {
            LayerWeights weights = LayerWeights.of(own, shape, layer);
            weights.names().forEach(unknown::remove);
            layers.add(weights);
        }
        if (!unknown.isEmpty()) {
            throw new UnsupportedBaseModelException("it has weights that the graph does not use, such as "
                    + unknown.iterator().next());
        }
        Ends ends = Ends.of(own, shape);
        return new FrozenWeights(shape, ends, TransposedWeights.of(layers, ends.output(), backend), layers);
    }

    BaseModelShape shape() {
        return shape;
    }

    LayerWeights layer(int layer) {
        return layers.get(layer);
    }

    Tensor transposed(int layer, Module module) {
        return transposed.matrix(layer, module);
    }

    Tensor embeddings() {
        return ends.embeddings();
    }

    Tensor outputNorm() {
        return ends.outputNorm();
    }

    Tensor output() {
        return ends.output();
    }

    Optional<Tensor> ropeDivisors() {
        return ends.ropeDivisors();
    }

    Tensor outputTransposed() {
        return transposed.output();
    }

    /// Rows of the output matrix.
    int vocabulary() {
        return Math.toIntExact(ends.output().shape()[1]);
    }

    /// Bytes of the copies.
    public long bytes() {
        return transposed.bytes();
    }

    /// Idempotent.
    @Override
    public void close() {
        transposed.close();
    }
}
