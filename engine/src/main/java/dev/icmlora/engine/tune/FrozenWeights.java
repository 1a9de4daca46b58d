package dev.icmlora.engine.tune;

import java.util.Optional;

import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.llama.LlamaModel;

/// The base model's weights for a pass forwards and back: llama.cpp's own tensors, and each matrix once more,
/// transposed. One for each model; graphs of several threads may use it at the same time, since none writes it.
public final class FrozenWeights implements AutoCloseable {
    private final BaseModelWeights own;
    private final TransposedWeights transposed;

    private FrozenWeights(BaseModelWeights own, TransposedWeights transposed) {
        this.own = own;
        this.transposed = transposed;
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
        BaseModelWeights own = BaseModelWeights.of(model);
        return new FrozenWeights(own, TransposedWeights.of(own.layers(), own.output(), backend));
    }

    BaseModelShape shape() {
        return own.shape();
    }

    LayerWeights layer(int layer) {
        return own.layers().get(layer);
    }

    Tensor transposed(int layer, Module module) {
        return transposed.matrix(layer, module);
    }

    Tensor embeddings() {
        return own.embeddings();
    }

    Tensor outputNorm() {
        return own.outputNorm();
    }

    Tensor output() {
        return own.output();
    }

    Optional<Tensor> ropeDivisors() {
        return own.ropeDivisors();
    }

    Tensor outputTransposed() {
        return transposed.output();
    }

    /// Rows of the output matrix.
    int vocabulary() {
        return Math.toIntExact(own.output().shape()[1]);
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
