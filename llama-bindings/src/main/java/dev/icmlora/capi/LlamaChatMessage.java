package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/// `struct llama_chat_message` (llama.h, llama.cpp v0.5.0).
/// ```c
/// typedef struct llama_chat_message {
///     const char * role;
///     const char * content;
/// } llama_chat_message;
/// ```
public final class LlamaChatMessage {
    static final StructLayout LAYOUT =
            CStruct.of("llama_chat_message", ADDRESS.withName("role"), ADDRESS.withName("content"));

    private static final long ROLE = CStruct.offset(LAYOUT, "role");
    private static final long CONTENT = CStruct.offset(LAYOUT, "content");

    private LlamaChatMessage() {}

    public static MemorySegment array(SegmentAllocator allocator, int count) {
        return allocator.allocate(LAYOUT, count);
    }

    public static void set(MemorySegment array, int index, MemorySegment role, MemorySegment content) {
        long offset = LAYOUT.byteSize() * index;
        array.set(ADDRESS, offset + ROLE, role);
        array.set(ADDRESS, offset + CONTENT, content);
    }
}
