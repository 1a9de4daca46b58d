package dev.icmlora.ggml;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlTypeTraits;

/// Turns stored blocks into floats with ggml's own reference routine, so that both sides of a comparison see
/// the same numbers.
final class Dequantisation {
    private Dequantisation() {}

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
