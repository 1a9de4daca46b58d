package dev.icmlora.ggml;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

import dev.icmlora.capi.GgmlTensor;

/// Checks the arguments of operations, which ggml only asserts.
final class Checks {
    private Checks() {}

    static MemorySegment pointer(Tensor tensor) {
        return tensor.struct().struct();
    }

    static long extent(Tensor tensor, int dimension) {
        return tensor.struct().ne(dimension);
    }

    static boolean strideIsElement(Tensor tensor) {
        return tensor.struct().nb(0) == tensor.type().blockBytes();
    }

    static boolean isFloat(GgmlType type) {
        return type == GgmlType.F32 || type == GgmlType.F16 || type == GgmlType.BF16;
    }

    /// Whether ggml multiplies with it and looks it up: no integers, and no type that only holds what it is
    /// on the way to compute.
    static boolean isWeightType(Tensor tensor) {
        return switch (tensor.type()) {
            case I8, I16, I32, I64, F64, Q8_1, Q8_K -> false;
            default -> true;
        };
    }

    static long[] fourDimensions(Tensor tensor, long[] shape) {
        TensorInfo.requireShape(tensor.type(), shape);
        long[] ne = {1, 1, 1, 1};
        System.arraycopy(shape, 0, ne, 0, shape.length);
        return ne;
    }

    static void requireDense(Tensor a) {
        requireType(a, GgmlType.F32);
        // More than contiguous, where strides of dimensions of 1 say nothing: some operations look at those too.
        GgmlTensor tensor = a.struct();
        long stride = a.type().blockBytes();
        for (int i = 0; i < GgmlTensor.MAX_DIMENSIONS; i++) {
            require(tensor.nb(i) == stride, "not contiguous", a);
            stride *= tensor.ne(i);
        }
    }

    static void requireBroadcast(Tensor a, Tensor b) {
        requireType(a, GgmlType.F32);
        requireType(b, GgmlType.F32);
        require(strideIsElement(a) && strideIsElement(b), "transposed", a, b);
        for (int i = 0; i < GgmlTensor.MAX_DIMENSIONS; i++) {
            require(
                    extent(b, i) > 0 && extent(a, i) % extent(b, i) == 0,
                    "the second does not repeat to the first",
                    a,
                    b);
        }
    }

    static void requireType(Tensor tensor, GgmlType type) {
        require(tensor.type() == type, "not " + type, tensor);
    }

    static void requireDimension(int dimension) {
        if (dimension < 0 || dimension >= GgmlTensor.MAX_DIMENSIONS) {
            throw new IllegalArgumentException("dimensions are 0 to 3, not " + dimension);
        }
    }

    static void requireEpsilon(float epsilon) {
        if (!(epsilon >= 0 && epsilon < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon is " + epsilon);
        }
    }

    static void require(boolean condition, String problem, Tensor... tensors) {
        if (!condition) {
            throw new IllegalArgumentException(problem + ": " + Arrays.toString(tensors));
        }
    }
}
