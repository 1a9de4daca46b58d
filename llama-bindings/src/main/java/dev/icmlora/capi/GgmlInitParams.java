package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/// `struct ggml_init_params` (ggml.h, llama.cpp v0.5.0).
/// ```c
/// struct ggml_init_params {
///     size_t mem_size;
///     void * mem_buffer;
///     bool   no_alloc;
/// };
/// ```
public final class GgmlInitParams {
    static final StructLayout LAYOUT = CStruct.of(
            "ggml_init_params",
            JAVA_LONG.withName("mem_size"),
            ADDRESS.withName("mem_buffer"),
            JAVA_BOOLEAN.withName("no_alloc"));

    private static final long MEM_SIZE = CStruct.offset(LAYOUT, "mem_size");
    private static final long NO_ALLOC = CStruct.offset(LAYOUT, "no_alloc");

    private GgmlInitParams() {}

    /// A pool for descriptions only: tensor data lives in backend buffers.
    public static MemorySegment noAlloc(SegmentAllocator allocator, long memSize) {
        MemorySegment params = allocator.allocate(LAYOUT);
        params.set(JAVA_LONG, MEM_SIZE, memSize);
        params.set(JAVA_BOOLEAN, NO_ALLOC, true);
        return params;
    }
}
