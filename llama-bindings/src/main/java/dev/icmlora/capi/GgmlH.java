package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import dev.icmlora.capi.Linkage.Downcall;

/// `ggml.h`, contexts, tensors and graphs, of llama.cpp v0.5.0. Each method is the C function of its name.
public final class GgmlH {
    private GgmlH() {}

    private static final Downcall ggml_status_to_string =
            Linkage.downcall("ggml_status_to_string", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    /// `const char * ggml_status_to_string(enum ggml_status status);`
    public static MemorySegment ggml_status_to_string(int status) {
        return ggml_status_to_string.pointer(status);
    }

    private static final Downcall ggml_get_type_traits =
            Linkage.downcall("ggml_get_type_traits", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    /// `const struct ggml_type_traits * ggml_get_type_traits(enum ggml_type type);`
    public static MemorySegment ggml_get_type_traits(int type) {
        return ggml_get_type_traits.pointer(type);
    }

    private static final Downcall ggml_tensor_overhead =
            Linkage.downcall("ggml_tensor_overhead", FunctionDescriptor.of(JAVA_LONG));

    /// `size_t ggml_tensor_overhead(void);`
    public static long ggml_tensor_overhead() {
        try {
            return (long) ggml_tensor_overhead.handle().invokeExact();
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_graph_overhead_custom =
            Linkage.downcall("ggml_graph_overhead_custom", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_BOOLEAN));

    /// `size_t ggml_graph_overhead_custom(size_t size, bool grads);`
    public static long ggml_graph_overhead_custom(long size, boolean grads) {
        try {
            return (long) ggml_graph_overhead_custom.handle().invokeExact(size, grads);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_init =
            Linkage.downcall("ggml_init", FunctionDescriptor.of(ADDRESS, GgmlInitParams.LAYOUT));

    /// `struct ggml_context * ggml_init(struct ggml_init_params params);`
    public static MemorySegment ggml_init(MemorySegment params) {
        return ggml_init.pointer(params);
    }

    private static final Downcall ggml_free = Linkage.downcall("ggml_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_free(struct ggml_context * ctx);`
    public static void ggml_free(MemorySegment ctx) {
        ggml_free.run(ctx);
    }

    private static final Downcall ggml_new_tensor =
            Linkage.downcall("ggml_new_tensor", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));

    /// `struct ggml_tensor * ggml_new_tensor(struct ggml_context * ctx, enum ggml_type type, int n_dims,
    /// const int64_t * ne);`
    public static MemorySegment ggml_new_tensor(MemorySegment ctx, int type, int nDims, MemorySegment ne) {
        try {
            return (MemorySegment) ggml_new_tensor.handle().invokeExact(ctx, type, nDims, ne);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_set_name =
            Linkage.downcall("ggml_set_name", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_set_name(struct ggml_tensor * tensor, const char * name);`
    public static MemorySegment ggml_set_name(MemorySegment tensor, MemorySegment name) {
        return ggml_set_name.pointer(tensor, name);
    }

    private static final Downcall ggml_is_contiguous =
            Linkage.downcall("ggml_is_contiguous", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));

    /// `bool ggml_is_contiguous(const struct ggml_tensor * tensor);`
    public static boolean ggml_is_contiguous(MemorySegment tensor) {
        return ggml_is_contiguous.truth(tensor);
    }

    private static final Downcall ggml_set_input =
            Linkage.downcall("ggml_set_input", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_set_input(struct ggml_tensor * tensor);`
    public static void ggml_set_input(MemorySegment tensor) {
        ggml_set_input.run(tensor);
    }

    private static final Downcall ggml_set_output =
            Linkage.downcall("ggml_set_output", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_set_output(struct ggml_tensor * tensor);`
    public static void ggml_set_output(MemorySegment tensor) {
        ggml_set_output.run(tensor);
    }

    private static final Downcall ggml_new_graph_custom =
            Linkage.downcall("ggml_new_graph_custom", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_BOOLEAN));

    /// `struct ggml_cgraph * ggml_new_graph_custom(struct ggml_context * ctx, size_t size, bool grads);`
    public static MemorySegment ggml_new_graph_custom(MemorySegment ctx, long size, boolean grads) {
        try {
            return (MemorySegment) ggml_new_graph_custom.handle().invokeExact(ctx, size, grads);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_build_forward_expand =
            Linkage.downcall("ggml_build_forward_expand", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));

    /// `void ggml_build_forward_expand(struct ggml_cgraph * cgraph, struct ggml_tensor * tensor);`
    public static void ggml_build_forward_expand(MemorySegment cgraph, MemorySegment tensor) {
        ggml_build_forward_expand.run(cgraph, tensor);
    }

    private static final Downcall ggml_graph_n_nodes =
            Linkage.downcall("ggml_graph_n_nodes", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `int ggml_graph_n_nodes(struct ggml_cgraph * cgraph);`
    public static int ggml_graph_n_nodes(MemorySegment cgraph) {
        return ggml_graph_n_nodes.integer(cgraph);
    }

    private static final Downcall ggml_graph_node =
            Linkage.downcall("ggml_graph_node", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));

    /// `struct ggml_tensor * ggml_graph_node(struct ggml_cgraph * cgraph, int i);`
    public static MemorySegment ggml_graph_node(MemorySegment cgraph, int i) {
        try {
            return (MemorySegment) ggml_graph_node.handle().invokeExact(cgraph, i);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_graph_nodes =
            Linkage.downcall("ggml_graph_nodes", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `struct ggml_tensor ** ggml_graph_nodes(struct ggml_cgraph * cgraph);`
    ///
    /// @param count of the graph's operations
    public static MemorySegment ggml_graph_nodes(MemorySegment cgraph, int count) {
        return ggml_graph_nodes.pointer(cgraph).reinterpret(count * ADDRESS.byteSize());
    }

    private static final Downcall ggml_graph_add_node =
            Linkage.downcall("ggml_graph_add_node", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));

    /// `void ggml_graph_add_node(struct ggml_cgraph * cgraph, struct ggml_tensor * tensor);`
    public static void ggml_graph_add_node(MemorySegment cgraph, MemorySegment tensor) {
        ggml_graph_add_node.run(cgraph, tensor);
    }

    private static final Downcall ggml_graph_clear =
            Linkage.downcall("ggml_graph_clear", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_graph_clear(struct ggml_cgraph * cgraph);`
    public static void ggml_graph_clear(MemorySegment cgraph) {
        ggml_graph_clear.run(cgraph);
    }

    private static final Downcall ggml_op_desc =
            Linkage.downcall("ggml_op_desc", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `const char * ggml_op_desc(const struct ggml_tensor * t);`
    public static MemorySegment ggml_op_desc(MemorySegment t) {
        return ggml_op_desc.pointer(t);
    }

    private static final Downcall ggml_quantize_chunk = Linkage.downcall(
            "ggml_quantize_chunk",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS));

    /// ```c
    /// size_t ggml_quantize_chunk(enum ggml_type type, const float * src, void * dst,
    ///         int64_t start, int64_t nrows, int64_t n_per_row, const float * imatrix);
    /// ```
    public static long ggml_quantize_chunk(
            int type,
            MemorySegment src,
            MemorySegment dst,
            long start,
            long nrows,
            long nPerRow,
            MemorySegment imatrix) {
        try {
            return (long) ggml_quantize_chunk.handle().invokeExact(type, src, dst, start, nrows, nPerRow, imatrix);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_threadpool_params_init =
            Linkage.downcall("ggml_threadpool_params_init", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));

    /// `void ggml_threadpool_params_init(struct ggml_threadpool_params * p, int n_threads);`
    public static void ggml_threadpool_params_init(MemorySegment p, int nThreads) {
        ggml_threadpool_params_init.run(p, nThreads);
    }

    /// `typedef void (*ggml_log_callback)(enum ggml_log_level level, const char * text, void * user_data);`
    @FunctionalInterface
    public interface LogCallback {
        /// Called on whichever thread logs, native ones included. Must not throw.
        void log(int level, MemorySegment text, MemorySegment userData);

        /// A function pointer that lives as long as the process, as the libraries do.
        static MemorySegment pointer(LogCallback target) {
            return Linkage.upcall(
                    MethodHandles.lookup(),
                    LogCallback.class,
                    "log",
                    MethodType.methodType(void.class, int.class, MemorySegment.class, MemorySegment.class),
                    target,
                    FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS),
                    Arena.global());
        }
    }

    /// How a pool of tensors is made.
    /// ```c
    /// struct ggml_init_params {
    ///     size_t mem_size;
    ///     void * mem_buffer;
    ///     bool   no_alloc;
    /// };
    /// ```
    public static final class GgmlInitParams {
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
}
