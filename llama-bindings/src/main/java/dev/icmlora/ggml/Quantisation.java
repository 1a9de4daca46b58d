package dev.icmlora.ggml;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.GgmlTypeTraits;

/// Turns floats into stored blocks with ggml's own routine, which model files are made with, and blocks into floats.
public final class Quantisation {
    /// Types that ggml makes from the values alone; the others need statistics of their use.
    public static final Set<GgmlType> TYPES = Collections.unmodifiableSet(EnumSet.of(
            GgmlType.F32,
            GgmlType.F16,
            GgmlType.BF16,
            GgmlType.Q8_0,
            GgmlType.Q6_K,
            GgmlType.Q5_K,
            GgmlType.Q5_1,
            GgmlType.Q5_0,
            GgmlType.Q4_K,
            GgmlType.Q4_1,
            GgmlType.Q4_0));

    private Quantisation() {}

    /// @param values in storage order
    /// @param rowElements elements of a row, in whole blocks of the type
    /// @throws IllegalArgumentException if the type is none of [#TYPES], or rows are not whole
    /// @throws NativeCallException if ggml writes another number of bytes than the type takes
    public static byte[] fromFloats(GgmlType type, float[] values, int rowElements) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException(type + " is not made from values alone: there is " + TYPES);
        }
        if (rowElements < 1 || rowElements % type.blockElements() != 0 || values.length % rowElements != 0) {
            throw new IllegalArgumentException(values.length + " values in rows of " + rowElements + " are no rows of "
                    + type + ", whose blocks have " + type.blockElements());
        }
        if (values.length == 0) {
            return new byte[0];
        }
        try (Arena arena = CallArena.open()) {
            MemorySegment floats = arena.allocate((long) values.length * Float.BYTES, 64);
            MemorySegment.copy(values, 0, floats, ValueLayout.JAVA_FLOAT, 0, values.length);
            long bytes = type.bytes(values.length);
            MemorySegment blocks = arena.allocate(bytes, 64);
            long written = GgmlH.ggml_quantize_chunk(
                    type.id(), floats, blocks, 0, values.length / rowElements, rowElements, MemorySegment.NULL);
            if (written != bytes) {
                throw new NativeCallException("ggml_quantize_chunk", 0, written + " bytes instead of " + bytes);
            }
            return blocks.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /// Turns stored blocks into floats with ggml's reference routine, so that both sides of a comparison see the
    /// same numbers.
    static float[] toFloats(GgmlType type, MemorySegment data, int elements) {
        GgmlTypeTraits traits = GgmlTypeTraits.of(type.id());
        if (!traits.hasToFloat()) {
            throw new IllegalArgumentException("ggml has no conversion from " + type + " to float");
        }
        if (elements == 0) {
            return new float[0];
        }
        try (Arena arena = CallArena.open()) {
            // ggml reads blocks as C structs: the copy is native and aligned even where a crafted file or a Java array
            // is neither.
            MemorySegment blocks = arena.allocate(data.byteSize(), 64).copyFrom(data);
            MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, elements);
            traits.toFloat(blocks, floats, elements);
            return floats.toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
