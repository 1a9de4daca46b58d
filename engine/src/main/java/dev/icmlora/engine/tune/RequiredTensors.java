package dev.icmlora.engine.tune;

import java.util.Arrays;
import java.util.Optional;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.llama.ModelWeights;

/// Tensors of a model as a graph needs them. All methods throw [UnsupportedBaseModelException] for one that is
/// missing, or of another shape or type.
record RequiredTensors(ModelWeights model) {
    /// Of any type that ggml multiplies with.
    Tensor matrix(String name, long in, long out) {
        return shaped(require(name), in, out);
    }

    Tensor vector(String name, long size) {
        return vector(require(name), size);
    }

    /// Empty if the model has none.
    Optional<Tensor> optionalVector(String name, long size) {
        return model.tensor(name).map(found -> vector(found, size));
    }

    /// Of a matrix: the features that come out of it.
    long rows(String name) {
        long[] shape = require(name).shape();
        return shape[shape.length - 1];
    }

    static Tensor shaped(Tensor tensor, long... wanted) {
        if (!Arrays.equals(tensor.shape(), wanted)) {
            throw new UnsupportedBaseModelException(tensor.name() + " is of " + Arrays.toString(tensor.shape())
                    + ", and its other sizes want " + Arrays.toString(wanted));
        }
        return tensor;
    }

    private static Tensor vector(Tensor found, long size) {
        if (found.type() != GgmlType.F32) {
            throw new UnsupportedBaseModelException(found.name() + " is " + found.type() + ", and vectors are F32");
        }
        return shaped(found, size);
    }

    private Tensor require(String name) {
        return model.tensor(name).orElseThrow(() -> new UnsupportedBaseModelException("it has no " + name));
    }
}
