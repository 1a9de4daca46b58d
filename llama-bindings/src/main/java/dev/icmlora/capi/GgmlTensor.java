package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.Optional;

/// Borrowed view of a `struct ggml_tensor` (ggml.h, llama.cpp v0.5.0).
/// ```c
/// struct ggml_tensor {
///     enum ggml_type type;
///     struct ggml_backend_buffer * buffer;
///     int64_t ne[GGML_MAX_DIMS];
///     size_t  nb[GGML_MAX_DIMS];
///     enum ggml_op op;
///     int32_t op_params[GGML_MAX_OP_PARAMS / sizeof(int32_t)];
///     int32_t flags;
///     struct ggml_tensor * src[GGML_MAX_SRC];
///     struct ggml_tensor * view_src;
///     size_t               view_offs;
///     void * data;
///     char name[GGML_MAX_NAME];
///     void * extra;
///     char padding[8];
/// };
/// ```
public record GgmlTensor(MemorySegment struct) {
    static final StructLayout LAYOUT = CStruct.of(
            "ggml_tensor",
            JAVA_INT.withName("type"),
            ADDRESS.withName("buffer"),
            MemoryLayout.sequenceLayout(4, JAVA_LONG).withName("ne"),
            MemoryLayout.sequenceLayout(4, JAVA_LONG).withName("nb"),
            JAVA_INT.withName("op"),
            MemoryLayout.sequenceLayout(16, JAVA_INT).withName("op_params"),
            JAVA_INT.withName("flags"),
            MemoryLayout.sequenceLayout(10, ADDRESS).withName("src"),
            ADDRESS.withName("view_src"),
            JAVA_LONG.withName("view_offs"),
            ADDRESS.withName("data"),
            MemoryLayout.sequenceLayout(64, JAVA_BYTE).withName("name"),
            ADDRESS.withName("extra"),
            MemoryLayout.sequenceLayout(8, JAVA_BYTE).withName("padding"));

    public static final int MAX_DIMENSIONS = 4;
    public static final int MAX_SOURCES = 10;

    private static final long TYPE = CStruct.offset(LAYOUT, "type");
    private static final long BUFFER = CStruct.offset(LAYOUT, "buffer");
    private static final long NE = CStruct.offset(LAYOUT, "ne");
    private static final long NB = CStruct.offset(LAYOUT, "nb");
    private static final long SRC = CStruct.offset(LAYOUT, "src");
    private static final long VIEW_SRC = CStruct.offset(LAYOUT, "view_src");
    private static final long NAME = CStruct.offset(LAYOUT, "name");

    /// @param pointer a `struct ggml_tensor *` that is not NULL
    public static GgmlTensor at(MemorySegment pointer) {
        return new GgmlTensor(pointer.reinterpret(LAYOUT.byteSize()));
    }

    public int type() {
        return struct.get(JAVA_INT, TYPE);
    }

    public long ne(int dimension) {
        return struct.get(JAVA_LONG, NE + dimension * JAVA_LONG.byteSize());
    }

    /// Stride of a dimension in bytes.
    public long nb(int dimension) {
        return struct.get(JAVA_LONG, NB + dimension * JAVA_LONG.byteSize());
    }

    public String name() {
        return struct.getString(NAME);
    }

    /// Address of a source, 0 for none.
    public long sourceAddress(int index) {
        return struct.get(ADDRESS, SRC + index * ADDRESS.byteSize()).address();
    }

    public Optional<GgmlTensor> source(int index) {
        MemorySegment source = struct.get(ADDRESS, SRC + index * ADDRESS.byteSize());
        return source.equals(MemorySegment.NULL) ? Optional.empty() : Optional.of(at(source));
    }

    /// Whether the data, its own or that of the tensor it is a view of, lies in a buffer.
    public boolean isAllocated() {
        return !buffer().equals(MemorySegment.NULL);
    }

    /// The buffer that the data lies in; NULL if there is none.
    public MemorySegment buffer() {
        MemorySegment viewed = struct.get(ADDRESS, VIEW_SRC);
        MemorySegment tensor = viewed.equals(MemorySegment.NULL) ? struct : viewed.reinterpret(LAYOUT.byteSize());
        return tensor.get(ADDRESS, BUFFER);
    }
}
