package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.Linkage.Downcall;

/// `ggml.h`, the operations a graph is built from, forwards and back, of llama.cpp v0.5.0. Each method is the C
/// function of its name. They check shapes with assertions that end the process, so the caller checks them first.
public final class GgmlOpsH {
    private GgmlOpsH() {}

    private static final Downcall ggml_add =
            Linkage.downcall("ggml_add", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_add(struct ggml_context * ctx, struct ggml_tensor * a, struct ggml_tensor *
    /// b);`
    public static MemorySegment ggml_add(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_add.pointer(ctx, a, b);
    }

    private static final Downcall ggml_sub =
            Linkage.downcall("ggml_sub", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_sub(struct ggml_context * ctx, struct ggml_tensor * a, struct ggml_tensor *
    /// b);`
    public static MemorySegment ggml_sub(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_sub.pointer(ctx, a, b);
    }

    private static final Downcall ggml_mul =
            Linkage.downcall("ggml_mul", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_mul(struct ggml_context * ctx, struct ggml_tensor * a, struct ggml_tensor *
    /// b);`
    public static MemorySegment ggml_mul(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_mul.pointer(ctx, a, b);
    }

    private static final Downcall ggml_mul_mat =
            Linkage.downcall("ggml_mul_mat", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_mul_mat(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b);`
    public static MemorySegment ggml_mul_mat(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_mul_mat.pointer(ctx, a, b);
    }

    private static final Downcall ggml_scale =
            Linkage.downcall("ggml_scale", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_FLOAT));

    /// `struct ggml_tensor * ggml_scale(struct ggml_context * ctx, struct ggml_tensor * a, float s);`
    public static MemorySegment ggml_scale(MemorySegment ctx, MemorySegment a, float s) {
        return ggml_scale.pointer(ctx, a, s);
    }

    private static final Downcall ggml_silu =
            Linkage.downcall("ggml_silu", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_silu(struct ggml_context * ctx, struct ggml_tensor * a);`
    public static MemorySegment ggml_silu(MemorySegment ctx, MemorySegment a) {
        return ggml_silu.pointer(ctx, a);
    }

    private static final Downcall ggml_sigmoid =
            Linkage.downcall("ggml_sigmoid", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_sigmoid(struct ggml_context * ctx, struct ggml_tensor * a);`
    public static MemorySegment ggml_sigmoid(MemorySegment ctx, MemorySegment a) {
        return ggml_sigmoid.pointer(ctx, a);
    }

    private static final Downcall ggml_norm =
            Linkage.downcall("ggml_norm", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_FLOAT));

    /// `struct ggml_tensor * ggml_norm(struct ggml_context * ctx, struct ggml_tensor * a, float eps);`
    public static MemorySegment ggml_norm(MemorySegment ctx, MemorySegment a, float eps) {
        return ggml_norm.pointer(ctx, a, eps);
    }

    private static final Downcall ggml_rms_norm =
            Linkage.downcall("ggml_rms_norm", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_FLOAT));

    /// `struct ggml_tensor * ggml_rms_norm(struct ggml_context * ctx, struct ggml_tensor * a, float eps);`
    public static MemorySegment ggml_rms_norm(MemorySegment ctx, MemorySegment a, float eps) {
        return ggml_rms_norm.pointer(ctx, a, eps);
    }

    private static final Downcall ggml_soft_max =
            Linkage.downcall("ggml_soft_max", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_soft_max(struct ggml_context * ctx, struct ggml_tensor * a);`
    public static MemorySegment ggml_soft_max(MemorySegment ctx, MemorySegment a) {
        return ggml_soft_max.pointer(ctx, a);
    }

    private static final Downcall ggml_concat =
            Linkage.downcall("ggml_concat", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT));

    /// `struct ggml_tensor * ggml_concat(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b, int dim);`
    public static MemorySegment ggml_concat(MemorySegment ctx, MemorySegment a, MemorySegment b, int dim) {
        try {
            return (MemorySegment) ggml_concat.handle().invokeExact(ctx, a, b, dim);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_reshape_4d = Linkage.downcall(
            "ggml_reshape_4d",
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    /// `struct ggml_tensor * ggml_reshape_4d(struct ggml_context * ctx, struct ggml_tensor * a, int64_t ne0,
    /// int64_t ne1, int64_t ne2, int64_t ne3);`
    public static MemorySegment ggml_reshape_4d(
            MemorySegment ctx, MemorySegment a, long ne0, long ne1, long ne2, long ne3) {
        try {
            return (MemorySegment) ggml_reshape_4d.handle().invokeExact(ctx, a, ne0, ne1, ne2, ne3);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_view_4d = Linkage.downcall(
            "ggml_view_4d",
            FunctionDescriptor.of(
                    ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                    JAVA_LONG, JAVA_LONG));

    /// `struct ggml_tensor * ggml_view_4d(struct ggml_context * ctx, struct ggml_tensor * a, int64_t ne0,
    /// int64_t ne1, int64_t ne2, int64_t ne3, size_t nb1, size_t nb2, size_t nb3, size_t offset);`
    public static MemorySegment ggml_view_4d(
            MemorySegment ctx,
            MemorySegment a,
            long ne0,
            long ne1,
            long ne2,
            long ne3,
            long nb1,
            long nb2,
            long nb3,
            long offset) {
        try {
            return (MemorySegment) ggml_view_4d.handle().invokeExact(ctx, a, ne0, ne1, ne2, ne3, nb1, nb2, nb3, offset);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_permute = Linkage.downcall(
            "ggml_permute", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    /// `struct ggml_tensor * ggml_permute(struct ggml_context * ctx, struct ggml_tensor * a, int axis0, int
    /// axis1, int axis2, int axis3);`
    public static MemorySegment ggml_permute(
            MemorySegment ctx, MemorySegment a, int axis0, int axis1, int axis2, int axis3) {
        try {
            return (MemorySegment) ggml_permute.handle().invokeExact(ctx, a, axis0, axis1, axis2, axis3);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_cont =
            Linkage.downcall("ggml_cont", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_cont(struct ggml_context * ctx, struct ggml_tensor * a);`
    public static MemorySegment ggml_cont(MemorySegment ctx, MemorySegment a) {
        return ggml_cont.pointer(ctx, a);
    }

    private static final Downcall ggml_cast =
            Linkage.downcall("ggml_cast", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_INT));

    /// `struct ggml_tensor * ggml_cast(struct ggml_context * ctx, struct ggml_tensor * a, enum ggml_type
    /// type);`
    public static MemorySegment ggml_cast(MemorySegment ctx, MemorySegment a, int type) {
        try {
            return (MemorySegment) ggml_cast.handle().invokeExact(ctx, a, type);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_cpy =
            Linkage.downcall("ggml_cpy", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_cpy(struct ggml_context * ctx, struct ggml_tensor * a, struct ggml_tensor *
    /// b);`
    public static MemorySegment ggml_cpy(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_cpy.pointer(ctx, a, b);
    }

    private static final Downcall ggml_get_rows =
            Linkage.downcall("ggml_get_rows", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_get_rows(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b);`
    public static MemorySegment ggml_get_rows(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_get_rows.pointer(ctx, a, b);
    }

    private static final Downcall ggml_soft_max_ext = Linkage.downcall(
            "ggml_soft_max_ext", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_FLOAT, JAVA_FLOAT));

    /// `struct ggml_tensor * ggml_soft_max_ext(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * mask, float scale, float max_bias);`
    public static MemorySegment ggml_soft_max_ext(
            MemorySegment ctx, MemorySegment a, MemorySegment mask, float scale, float maxBias) {
        try {
            return (MemorySegment) ggml_soft_max_ext.handle().invokeExact(ctx, a, mask, scale, maxBias);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_soft_max_ext_back = Linkage.downcall(
            "ggml_soft_max_ext_back",
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_FLOAT, JAVA_FLOAT));

    /// `struct ggml_tensor * ggml_soft_max_ext_back(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b, float scale, float max_bias);`
    public static MemorySegment ggml_soft_max_ext_back(
            MemorySegment ctx, MemorySegment a, MemorySegment b, float scale, float maxBias) {
        try {
            return (MemorySegment) ggml_soft_max_ext_back.handle().invokeExact(ctx, a, b, scale, maxBias);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    /// `struct ggml_tensor * ggml_rope_ext(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b, struct ggml_tensor * c, int n_dims, int mode, int n_ctx_orig, float freq_base, float
    /// freq_scale, float ext_factor, float attn_factor, float beta_fast, float beta_slow);`
    public static final Turn ggml_rope_ext = new Turn("ggml_rope_ext");

    /// With the parameters of [#ggml_rope_ext].
    public static final Turn ggml_rope_ext_back = new Turn("ggml_rope_ext_back");

    /// A function that turns heads by positions, or back.
    public static final class Turn {
        private final Downcall function;

        private Turn(String symbol) {
            function = Linkage.downcall(
                    symbol,
                    FunctionDescriptor.of(
                            ADDRESS,
                            ADDRESS,
                            ADDRESS,
                            ADDRESS,
                            ADDRESS,
                            JAVA_INT,
                            JAVA_INT,
                            JAVA_INT,
                            JAVA_FLOAT,
                            JAVA_FLOAT,
                            JAVA_FLOAT,
                            JAVA_FLOAT,
                            JAVA_FLOAT,
                            JAVA_FLOAT));
        }

        public MemorySegment of(
                MemorySegment ctx,
                MemorySegment a,
                MemorySegment b,
                MemorySegment c,
                int nDims,
                int mode,
                int nCtxOrig,
                float freqBase,
                float freqScale,
                float extFactor,
                float attnFactor,
                float betaFast,
                float betaSlow) {
            try {
                return (MemorySegment) function.handle()
                        .invokeExact(
                                ctx,
                                a,
                                b,
                                c,
                                nDims,
                                mode,
                                nCtxOrig,
                                freqBase,
                                freqScale,
                                extFactor,
                                attnFactor,
                                betaFast,
                                betaSlow);
            } catch (Throwable thrown) {
                throw Linkage.unexpected(thrown);
            }
        }
    }

    private static final Downcall ggml_rms_norm_back = Linkage.downcall(
            "ggml_rms_norm_back", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_FLOAT));

    /// `struct ggml_tensor * ggml_rms_norm_back(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b, float eps);`
    public static MemorySegment ggml_rms_norm_back(MemorySegment ctx, MemorySegment a, MemorySegment b, float eps) {
        try {
            return (MemorySegment) ggml_rms_norm_back.handle().invokeExact(ctx, a, b, eps);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_swiglu_split =
            Linkage.downcall("ggml_swiglu_split", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_swiglu_split(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b);`
    public static MemorySegment ggml_swiglu_split(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_swiglu_split.pointer(ctx, a, b);
    }

    private static final Downcall ggml_geglu_split =
            Linkage.downcall("ggml_geglu_split", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_geglu_split(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b);`
    public static MemorySegment ggml_geglu_split(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_geglu_split.pointer(ctx, a, b);
    }

    private static final Downcall ggml_silu_back =
            Linkage.downcall("ggml_silu_back", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_silu_back(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b);`
    public static MemorySegment ggml_silu_back(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_silu_back.pointer(ctx, a, b);
    }

    private static final Downcall ggml_out_prod =
            Linkage.downcall("ggml_out_prod", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_out_prod(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b);`
    public static MemorySegment ggml_out_prod(MemorySegment ctx, MemorySegment a, MemorySegment b) {
        return ggml_out_prod.pointer(ctx, a, b);
    }

    private static final Downcall ggml_set_rows =
            Linkage.downcall("ggml_set_rows", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct ggml_tensor * ggml_set_rows(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b, struct ggml_tensor * c);`
    public static MemorySegment ggml_set_rows(MemorySegment ctx, MemorySegment a, MemorySegment b, MemorySegment c) {
        try {
            return (MemorySegment) ggml_set_rows.handle().invokeExact(ctx, a, b, c);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }
}
