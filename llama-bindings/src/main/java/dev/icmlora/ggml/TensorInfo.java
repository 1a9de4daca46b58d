package dev.icmlora.ggml;

import java.util.Arrays;
import java.util.Objects;

/// A tensor's name, type and shape in ggml order: `shape[0]` is the contiguous dimension (`ne[0]`).
public record TensorInfo(String name, GgmlType type, long[] shape) {
    private static final long MAX_BYTES = 1L << 40;

    /// @throws IllegalArgumentException unless there are 1 to 4 non-negative dimensions, rows hold whole
    /// blocks, and all of it is at most a tebibyte
    public TensorInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        shape = shape.clone();
        requireShape(type, shape);
    }

    static void requireShape(GgmlType type, long[] shape) {
        if (shape.length < 1 || shape.length > 4) {
            throw new IllegalArgumentException("a tensor has 1 to 4 dimensions, not " + shape.length);
        }
        for (long extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
            }
        }
        if (shape[0] % type.blockElements() != 0) {
            throw new IllegalArgumentException("rows of " + shape[0] + " elements are no whole number of " + type
                    + " blocks of " + type.blockElements());
        }
        // ggml adds to sizes and multiplies them without a look at what 64 bits hold.
        try {
            if (type.bytes(elements(shape)) > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "a tensor has at most " + MAX_BYTES + " bytes: " + Arrays.toString(shape));
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("tensor too large: " + Arrays.toString(shape), e);
        }
    }

    private static long elements(long[] shape) {
        long elements = 1;
        for (long extent : shape) {
            elements = Math.multiplyExact(elements, extent);
        }
        return elements;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    public long elements() {
        return elements(shape);
    }

    public long bytes() {
        return type.bytes(elements());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo that
                && name.equals(that.name)
                && type == that.type
                && Arrays.equals(shape, that.shape);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, type, Arrays.hashCode(shape));
    }

    @Override
    public String toString() {
        return name + " " + type + Arrays.toString(shape);
    }
}
