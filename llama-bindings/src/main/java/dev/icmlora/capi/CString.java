package dev.icmlora.capi;

import java.lang.foreign.MemorySegment;

/// Reads zero-terminated strings that C owns.
public final class CString {
    private CString() {}

    /// @param pointer a `const char *`, or NULL, which gives null
    public static String read(MemorySegment pointer) {
        return pointer.equals(MemorySegment.NULL)
                ? null
                : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }
}
