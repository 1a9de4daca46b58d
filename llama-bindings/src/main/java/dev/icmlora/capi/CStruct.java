package dev.icmlora.capi;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;

/// Builds struct layouts as a C compiler on a 64-bit System V or AAPCS target does: each member at its
/// natural alignment, the size padded to the widest member. No padding is written by hand; `LayoutTest`
/// compares the result with what the compiler said.
final class CStruct {
    private CStruct() {}

    static StructLayout of(String name, MemoryLayout... members) {
        List<MemoryLayout> padded = new ArrayList<>();
        long offset = 0;
        long alignment = 1;
        for (MemoryLayout member : members) {
            offset = pad(padded, offset, member.byteAlignment());
            padded.add(member);
            offset += member.byteSize();
            alignment = Math.max(alignment, member.byteAlignment());
        }
        pad(padded, offset, alignment);
        return MemoryLayout.structLayout(padded.toArray(MemoryLayout[]::new)).withName(name);
    }

    static long offset(StructLayout layout, String member) {
        return layout.byteOffset(PathElement.groupElement(member));
    }

    private static long pad(List<MemoryLayout> members, long offset, long alignment) {
        long gap = -offset & (alignment - 1);
        if (gap > 0) {
            members.add(MemoryLayout.paddingLayout(gap));
        }
        return offset + gap;
    }
}
