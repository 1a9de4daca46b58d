package dev.icmlora.ggml;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.NativeHandle;

/// A tensor borrowed from its owner (a store, a graph, an adapter): every use after the owner is closed
/// throws [IllegalStateException]. Shapes are in ggml order, the contiguous dimension first. Belongs to its
/// owner's thread.
public final class Tensor {
    /// Bytes that are copied at once.
    private static final long PIECE = 1 << 18;

    private final NativeHandle owner;
    private final GgmlTensor tensor;
    private final TensorInfo info;
    private long indexLimit = Long.MAX_VALUE;
    private boolean written;
    private boolean computed;

    Tensor(NativeHandle owner, GgmlTensor tensor, TensorInfo info) {
        this.owner = owner;
        this.tensor = tensor;
        this.info = info;
    }

    /// Only the packages of this module can make the arguments.
    ///
    /// @param owner whose life bounds the tensor's
    @SuppressWarnings("exports")
    public static Tensor of(NativeHandle owner, GgmlTensor tensor) {
        int dimensions = GgmlTensor.MAX_DIMENSIONS;
        while (dimensions > 1 && tensor.ne(dimensions - 1) == 1) {
            dimensions--;
        }
        long[] shape = new long[dimensions];
        Arrays.setAll(shape, tensor::ne);
        return new Tensor(owner, tensor, new TensorInfo(tensor.name(), GgmlType.of(tensor.type()), shape));
    }

    public String name() {
        return info.name();
    }

    public GgmlType type() {
        return info.type();
    }

    public long[] shape() {
        return info.shape();
    }

    public long elements() {
        return info.elements();
    }

    public long bytes() {
        return info.bytes();
    }

    /// Writes all elements of an F32 tensor, or of an F16 one after rounding to nearest even.
    ///
    /// @throws IllegalArgumentException if the length or the type does not fit
    /// @throws IllegalStateException if the owner is closed or no memory is allocated yet; the same holds for
    /// all reads and writes, and for writing what a graph computes: a view of another tensor may be checked
    /// less
    public void set(float[] values) {
        requireLength("values", values.length, elements());
        switch (type()) {
            case F32 -> write(MemorySegment.ofArray(values));
            case F16 -> write(MemorySegment.ofArray(Halves.toF16(values)));
            default -> throw new IllegalArgumentException(info + " does not take floats");
        }
    }

    /// Writes all elements of an I32 tensor.
    ///
    /// @throws IllegalArgumentException if length, type or, for rows to look up, an index does not fit
    public void set(int[] values) {
        requireLength("values", values.length, elements());
        if (type() != GgmlType.I32) {
            throw new IllegalArgumentException(info + " does not take integers");
        }
        for (int value : values) {
            if (indexLimit != Long.MAX_VALUE && (value < 0 || value >= indexLimit)) {
                throw new IllegalArgumentException("row " + value + " is not within 0 to " + (indexLimit - 1));
            }
        }
        write(MemorySegment.ofArray(values));
    }

    /// Writes all data as it is stored.
    ///
    /// @throws IllegalArgumentException if the length does not fit, or the tensor holds rows to look up
    public void set(byte[] data) {
        set(ByteBuffer.wrap(data));
    }

    /// The same from a buffer's position to its limit. Pages of a mapped file need not stay in memory then.
    public void set(ByteBuffer data) {
        requireLength("bytes", data.remaining(), bytes());
        if (indexLimit != Long.MAX_VALUE) {
            throw new IllegalArgumentException(info + " holds rows to look up: set integers, which are checked");
        }
        MemorySegment segment = MemorySegment.ofBuffer(data);
        write(segment);
        if (segment.isMapped()) {
            segment.unload();
        }
    }

    /// All elements in storage order, de-quantised where needed.
    ///
    /// @throws IllegalArgumentException if the type has no conversion to float
    public float[] toFloats() {
        return toFloats(0, elements());
    }

    /// Those of the rows `[from, to)`, as [#toFloats] gives all.
    ///
    /// @throws IllegalArgumentException if there are no such rows
    public float[] rowsToFloats(long from, long to) {
        long row = shape()[0];
        long rows = row == 0 ? 0 : elements() / row;
        if (from < 0 || from > to || to > rows) {
            throw new IllegalArgumentException(info + " has no rows " + from + " to " + to);
        }
        return toFloats(from * row, (to - from) * row);
    }

    private float[] toFloats(long first, long count) {
        try (Arena arena = CallArena.open()) {
            MemorySegment data = read(arena, type().bytes(first), type().bytes(count));
            return switch (type()) {
                case F32 -> data.toArray(ValueLayout.JAVA_FLOAT);
                case F16 -> Halves.fromF16(data.toArray(ValueLayout.JAVA_BYTE));
                default -> Quantisation.toFloats(type(), data, Math.toIntExact(count));
            };
        }
    }

    /// All data as it is stored.
    public byte[] toBytes() {
        try (Arena arena = CallArena.open()) {
            return read(arena, 0, bytes()).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /// From now on a table of `rows` rows is looked up with this tensor, and ggml ends the process on a row
    /// beyond it.
    void limitIndices(long rows) {
        indexLimit = Math.min(indexLimit, rows);
        written = false;
    }

    boolean isUnwrittenIndex() {
        return indexLimit != Long.MAX_VALUE && !written;
    }

    /// From now on only the graph writes it.
    Tensor asComputed() {
        computed = true;
        return this;
    }

    boolean isComputed() {
        return computed;
    }

    boolean isAllocated() {
        owner.get();
        return tensor.isAllocated();
    }

    NativeHandle owner() {
        return owner;
    }

    GgmlTensor struct() {
        owner.get();
        return tensor;
    }

    boolean isContiguous() {
        return GgmlH.ggml_is_contiguous(struct().struct());
    }

    /// Piece by piece: what Java copies, and not C, fails without ending the process where a mapped file became
    /// shorter.
    private void write(MemorySegment data) {
        if (computed) {
            throw new IllegalStateException(info + " is computed, not set");
        }
        requireData();
        try (Arena arena = CallArena.open()) {
            long most = Math.min(PIECE, data.byteSize());
            // Not `allocate`, which writes zeros first, in a loop that a start runs before it is compiled.
            MemorySegment piece = arena.allocateFrom(JAVA_BYTE, data, JAVA_BYTE, 0, most);
            GgmlBackendH.ggml_backend_tensor_set(tensor.struct(), piece, 0, most);
            for (long at = most; at < data.byteSize(); at += most) {
                long bytes = Math.min(most, data.byteSize() - at);
                MemorySegment.copy(data, at, piece, 0, bytes);
                GgmlBackendH.ggml_backend_tensor_set(tensor.struct(), piece, at, bytes);
            }
        }
        written = true;
    }

    private MemorySegment read(Arena arena, long offset, long bytes) {
        requireData();
        MemorySegment data = arena.allocate(bytes, 64);
        GgmlBackendH.ggml_backend_tensor_get(tensor.struct(), data, offset, bytes);
        return data;
    }

    private void requireData() {
        if (!isAllocated()) {
            throw new IllegalStateException("no memory is allocated yet for " + info);
        }
        if (!isContiguous()) {
            throw new IllegalStateException(info + " is a view with gaps; make it contiguous first");
        }
    }

    private void requireLength(String what, long given, long wanted) {
        if (given != wanted) {
            throw new IllegalArgumentException(info + " takes " + wanted + " " + what + ", not " + given);
        }
    }

    @Override
    public String toString() {
        return info.toString();
    }
}
