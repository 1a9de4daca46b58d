package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import dev.icmlora.capi.Linkage.Downcall;

/// `ggml-backend.h` and `ggml-alloc.h` of llama.cpp v0.5.0. Each method is the C function of its name.
public final class GgmlBackendH {
    private GgmlBackendH() {}

    private static final Downcall ggml_backend_load_all_from_path =
            Linkage.downcall("ggml_backend_load_all_from_path", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_load_all_from_path(const char * dir_path);`
    public static void ggml_backend_load_all_from_path(MemorySegment dirPath) {
        ggml_backend_load_all_from_path.run(dirPath);
    }

    private static final Downcall ggml_backend_dev_count =
            Linkage.downcall("ggml_backend_dev_count", FunctionDescriptor.of(JAVA_LONG));

    /// `size_t ggml_backend_dev_count(void);`
    public static long ggml_backend_dev_count() {
        try {
            return (long) ggml_backend_dev_count.handle().invokeExact();
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_dev_get =
            Linkage.downcall("ggml_backend_dev_get", FunctionDescriptor.of(ADDRESS, JAVA_LONG));

    /// `ggml_backend_dev_t ggml_backend_dev_get(size_t index);`
    public static MemorySegment ggml_backend_dev_get(long index) {
        try {
            return (MemorySegment) ggml_backend_dev_get.handle().invokeExact(index);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_dev_by_type =
            Linkage.downcall("ggml_backend_dev_by_type", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    /// `ggml_backend_dev_t ggml_backend_dev_by_type(enum ggml_backend_dev_type type);`
    public static MemorySegment ggml_backend_dev_by_type(int type) {
        return ggml_backend_dev_by_type.pointer(type);
    }

    private static final Downcall ggml_backend_dev_name =
            Linkage.downcall("ggml_backend_dev_name", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `const char * ggml_backend_dev_name(ggml_backend_dev_t device);`
    public static MemorySegment ggml_backend_dev_name(MemorySegment device) {
        return ggml_backend_dev_name.pointer(device);
    }

    private static final Downcall ggml_backend_dev_description =
            Linkage.downcall("ggml_backend_dev_description", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `const char * ggml_backend_dev_description(ggml_backend_dev_t device);`
    public static MemorySegment ggml_backend_dev_description(MemorySegment device) {
        return ggml_backend_dev_description.pointer(device);
    }

    private static final Downcall ggml_backend_dev_type =
            Linkage.downcall("ggml_backend_dev_type", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `enum ggml_backend_dev_type ggml_backend_dev_type(ggml_backend_dev_t device);`
    public static int ggml_backend_dev_type(MemorySegment device) {
        return ggml_backend_dev_type.integer(device);
    }

    private static final Downcall ggml_backend_dev_backend_reg =
            Linkage.downcall("ggml_backend_dev_backend_reg", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `ggml_backend_reg_t ggml_backend_dev_backend_reg(ggml_backend_dev_t device);`
    public static MemorySegment ggml_backend_dev_backend_reg(MemorySegment device) {
        return ggml_backend_dev_backend_reg.pointer(device);
    }

    private static final Downcall ggml_backend_dev_init =
            Linkage.downcall("ggml_backend_dev_init", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `ggml_backend_t ggml_backend_dev_init(ggml_backend_dev_t device, const char * params);`
    public static MemorySegment ggml_backend_dev_init(MemorySegment device, MemorySegment params) {
        return ggml_backend_dev_init.pointer(device, params);
    }

    private static final Downcall ggml_backend_reg_get_proc_address =
            Linkage.downcall("ggml_backend_reg_get_proc_address", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `void * ggml_backend_reg_get_proc_address(ggml_backend_reg_t reg, const char * name);`
    public static MemorySegment ggml_backend_reg_get_proc_address(MemorySegment reg, MemorySegment name) {
        return ggml_backend_reg_get_proc_address.pointer(reg, name);
    }

    private static final Downcall ggml_backend_name =
            Linkage.downcall("ggml_backend_name", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `const char * ggml_backend_name(ggml_backend_t backend);`
    public static MemorySegment ggml_backend_name(MemorySegment backend) {
        return ggml_backend_name.pointer(backend);
    }

    private static final Downcall ggml_backend_graph_compute =
            Linkage.downcall("ggml_backend_graph_compute", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

    /// `enum ggml_status ggml_backend_graph_compute(ggml_backend_t backend, struct ggml_cgraph * cgraph);`
    public static int ggml_backend_graph_compute(MemorySegment backend, MemorySegment cgraph) {
        return ggml_backend_graph_compute.integer(backend, cgraph);
    }

    private static final Downcall ggml_backend_free =
            Linkage.downcall("ggml_backend_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_free(ggml_backend_t backend);`
    public static void ggml_backend_free(MemorySegment backend) {
        ggml_backend_free.run(backend);
    }

    private static final Downcall ggml_backend_buffer_free =
            Linkage.downcall("ggml_backend_buffer_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_buffer_free(ggml_backend_buffer_t buffer);`
    public static void ggml_backend_buffer_free(MemorySegment buffer) {
        ggml_backend_buffer_free.run(buffer);
    }

    private static final Downcall ggml_backend_buffer_get_base =
            Linkage.downcall("ggml_backend_buffer_get_base", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `void * ggml_backend_buffer_get_base(ggml_backend_buffer_t buffer);`
    public static MemorySegment ggml_backend_buffer_get_base(MemorySegment buffer) {
        return ggml_backend_buffer_get_base.pointer(buffer);
    }

    private static final Downcall ggml_backend_buffer_get_size =
            Linkage.downcall("ggml_backend_buffer_get_size", FunctionDescriptor.of(JAVA_LONG, ADDRESS));

    /// `size_t ggml_backend_buffer_get_size(ggml_backend_buffer_t buffer);`
    public static long ggml_backend_buffer_get_size(MemorySegment buffer) {
        try {
            return (long) ggml_backend_buffer_get_size.handle().invokeExact(buffer);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_buffer_set_usage =
            Linkage.downcall("ggml_backend_buffer_set_usage", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));

    /// `void ggml_backend_buffer_set_usage(ggml_backend_buffer_t buffer, enum ggml_backend_buffer_usage
    /// usage);`
    public static void ggml_backend_buffer_set_usage(MemorySegment buffer, int usage) {
        ggml_backend_buffer_set_usage.run(buffer, usage);
    }

    private static final Downcall ggml_backend_buffer_get_type =
            Linkage.downcall("ggml_backend_buffer_get_type", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `ggml_backend_buffer_type_t ggml_backend_buffer_get_type(ggml_backend_buffer_t buffer);`
    public static MemorySegment ggml_backend_buffer_get_type(MemorySegment buffer) {
        return ggml_backend_buffer_get_type.pointer(buffer);
    }

    private static final Downcall ggml_backend_buft_get_device =
            Linkage.downcall("ggml_backend_buft_get_device", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `ggml_backend_dev_t ggml_backend_buft_get_device(ggml_backend_buffer_type_t buft);`
    public static MemorySegment ggml_backend_buft_get_device(MemorySegment bufferType) {
        return ggml_backend_buft_get_device.pointer(bufferType);
    }

    private static final Downcall ggml_backend_buft_name =
            Linkage.downcall("ggml_backend_buft_name", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `const char * ggml_backend_buft_name(ggml_backend_buffer_type_t buft);`
    public static MemorySegment ggml_backend_buft_name(MemorySegment bufferType) {
        return ggml_backend_buft_name.pointer(bufferType);
    }

    private static final Downcall ggml_backend_dev_buffer_type =
            Linkage.downcall("ggml_backend_dev_buffer_type", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `ggml_backend_buffer_type_t ggml_backend_dev_buffer_type(ggml_backend_dev_t device);`
    public static MemorySegment ggml_backend_dev_buffer_type(MemorySegment device) {
        return ggml_backend_dev_buffer_type.pointer(device);
    }

    private static final Downcall ggml_backend_alloc_ctx_tensors =
            Linkage.downcall("ggml_backend_alloc_ctx_tensors", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_backend_buffer * ggml_backend_alloc_ctx_tensors(struct ggml_context * ctx, ggml_backend_t
    /// backend);`
    public static MemorySegment ggml_backend_alloc_ctx_tensors(MemorySegment ctx, MemorySegment backend) {
        return ggml_backend_alloc_ctx_tensors.pointer(ctx, backend);
    }

    private static final Downcall ggml_backend_tensor_set = Linkage.downcall(
            "ggml_backend_tensor_set", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));

    /// `void ggml_backend_tensor_set(struct ggml_tensor * tensor, const void * data, size_t offset, size_t
    /// size);`
    public static void ggml_backend_tensor_set(MemorySegment tensor, MemorySegment data, long offset, long size) {
        try {
            ggml_backend_tensor_set.handle().invokeExact(tensor, data, offset, size);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_tensor_set_async = Linkage.downcall(
            "ggml_backend_tensor_set_async",
            FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));

    /// `void ggml_backend_tensor_set_async(ggml_backend_t backend, struct ggml_tensor * tensor, const void *
    /// data, size_t offset, size_t size);`
    public static void ggml_backend_tensor_set_async(
            MemorySegment backend, MemorySegment tensor, MemorySegment data, long offset, long size) {
        try {
            ggml_backend_tensor_set_async.handle().invokeExact(backend, tensor, data, offset, size);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_synchronize =
            Linkage.downcall("ggml_backend_synchronize", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_synchronize(ggml_backend_t backend);`
    public static void ggml_backend_synchronize(MemorySegment backend) {
        ggml_backend_synchronize.run(backend);
    }

    private static final Downcall ggml_backend_tensor_get = Linkage.downcall(
            "ggml_backend_tensor_get", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));

    /// `void ggml_backend_tensor_get(const struct ggml_tensor * tensor, void * data, size_t offset, size_t
    /// size);`
    public static void ggml_backend_tensor_get(MemorySegment tensor, MemorySegment data, long offset, long size) {
        try {
            ggml_backend_tensor_get.handle().invokeExact(tensor, data, offset, size);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_supports_op =
            Linkage.downcall("ggml_backend_supports_op", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS));

    /// `bool ggml_backend_supports_op(ggml_backend_t backend, const struct ggml_tensor * op);`
    public static boolean ggml_backend_supports_op(MemorySegment backend, MemorySegment op) {
        try {
            return (boolean) ggml_backend_supports_op.handle().invokeExact(backend, op);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_sched_get_buffer_size =
            Linkage.downcall("ggml_backend_sched_get_buffer_size", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS));

    /// `size_t ggml_backend_sched_get_buffer_size(ggml_backend_sched_t sched, ggml_backend_t backend);`
    public static long ggml_backend_sched_get_buffer_size(MemorySegment sched, MemorySegment backend) {
        try {
            return (long) ggml_backend_sched_get_buffer_size.handle().invokeExact(sched, backend);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_sched_new = Linkage.downcall(
            "ggml_backend_sched_new",
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_BOOLEAN, JAVA_BOOLEAN));

    /// `ggml_backend_sched_t ggml_backend_sched_new(ggml_backend_t * backends, ggml_backend_buffer_type_t *
    /// bufts, int n_backends, size_t graph_size, bool parallel, bool op_offload);`
    public static MemorySegment ggml_backend_sched_new(
            MemorySegment backends,
            MemorySegment bufts,
            int nBackends,
            long graphSize,
            boolean parallel,
            boolean opOffload) {
        try {
            return (MemorySegment) ggml_backend_sched_new
                    .handle()
                    .invokeExact(backends, bufts, nBackends, graphSize, parallel, opOffload);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_sched_free =
            Linkage.downcall("ggml_backend_sched_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_sched_free(ggml_backend_sched_t sched);`
    public static void ggml_backend_sched_free(MemorySegment sched) {
        ggml_backend_sched_free.run(sched);
    }

    private static final Downcall ggml_backend_sched_reset =
            Linkage.downcall("ggml_backend_sched_reset", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_sched_reset(ggml_backend_sched_t sched);`
    public static void ggml_backend_sched_reset(MemorySegment sched) {
        ggml_backend_sched_reset.run(sched);
    }

    private static final Downcall ggml_backend_sched_alloc_graph =
            Linkage.downcall("ggml_backend_sched_alloc_graph", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS));

    /// `bool ggml_backend_sched_alloc_graph(ggml_backend_sched_t sched, struct ggml_cgraph * graph);`
    public static boolean ggml_backend_sched_alloc_graph(MemorySegment sched, MemorySegment graph) {
        try {
            return (boolean) ggml_backend_sched_alloc_graph.handle().invokeExact(sched, graph);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_sched_graph_compute =
            Linkage.downcall("ggml_backend_sched_graph_compute", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

    /// `enum ggml_status ggml_backend_sched_graph_compute(ggml_backend_sched_t sched, struct ggml_cgraph *
    /// graph);`
    public static int ggml_backend_sched_graph_compute(MemorySegment sched, MemorySegment graph) {
        return ggml_backend_sched_graph_compute.integer(sched, graph);
    }

    /// `typedef bool (*ggml_backend_sched_eval_callback)(struct ggml_tensor * t, bool ask, void * user_data);`
    @FunctionalInterface
    public interface EvalCallback {
        /// With `ask`, the answer says whether the node's value is wanted; without, whether to go on. Must not
        /// throw.
        boolean eval(MemorySegment tensor, boolean ask, MemorySegment userData);

        static MemorySegment pointer(EvalCallback target, Arena arena) {
            return Linkage.upcall(
                    MethodHandles.lookup(),
                    EvalCallback.class,
                    "eval",
                    MethodType.methodType(boolean.class, MemorySegment.class, boolean.class, MemorySegment.class),
                    target,
                    FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_BOOLEAN, ADDRESS),
                    arena);
        }
    }
}
