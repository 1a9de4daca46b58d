package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/// Borrowed view of a `struct ggml_type_traits` (ggml.h, llama.cpp v0.5.0); ggml keeps them for the life of
/// the process.
/// ```c
/// struct ggml_type_traits {
///     const char             * type_name;
///     int64_t                  blck_size;
///     int64_t                  blck_size_interleave;
///     size_t                   type_size;
///     bool                     is_quantized;
///     ggml_to_float_t          to_float;
///     ggml_from_float_t        from_float_ref;
/// };
/// ```
public record GgmlTypeTraits(MemorySegment segment) {
    static final StructLayout LAYOUT = CStruct.of(
            "ggml_type_traits",
            ADDRESS.withName("type_name"),
            JAVA_LONG.withName("blck_size"),
            JAVA_LONG.withName("blck_size_interleave"),
            JAVA_LONG.withName("type_size"),
            JAVA_BOOLEAN.withName("is_quantized"),
            ADDRESS.withName("to_float"),
            ADDRESS.withName("from_float_ref"));

    private static final long TO_FLOAT = CStruct.offset(LAYOUT, "to_float");

    /// `typedef void (*ggml_to_float_t)(const void * x, float * y, int64_t k);`
    private static final MethodHandle ggml_to_float_t =
            Linkage.downcall(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG));

    public static GgmlTypeTraits of(int type) {
        return new GgmlTypeTraits(GgmlH.ggml_get_type_traits(type).reinterpret(LAYOUT.byteSize()));
    }

    /// Whether rows of this type can be turned into floats.
    public boolean hasToFloat() {
        return !segment.get(ADDRESS, TO_FLOAT).equals(MemorySegment.NULL);
    }

    /// @param x at least the blocks of `k` elements
    /// @param y at least `k` floats
    public void toFloat(MemorySegment x, MemorySegment y, long k) {
        try {
            ggml_to_float_t.invokeExact(segment.get(ADDRESS, TO_FLOAT), x, y, k);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }
}
