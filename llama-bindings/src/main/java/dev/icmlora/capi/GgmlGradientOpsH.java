package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.Linkage.Downcall;

/// `ggml.h`, the operations of a transformer that training needs beside those of [GgmlOpsH]: attention, gated
/// units, and what goes backwards through them; of llama.cpp v0.5.0. Each method is the C function of its name.
/// They check shapes with assertions that end the process, so the caller checks them first.
public final class GgmlGradientOpsH {
    private GgmlGradientOpsH() {}

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

    private static final FunctionDescriptor ROPE = FunctionDescriptor.of(
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
            JAVA_FLOAT);

    private static final Downcall ggml_rope_ext = Linkage.downcall("ggml_rope_ext", ROPE);

    /// `struct ggml_tensor * ggml_rope_ext(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b, struct ggml_tensor * c, int n_dims, int mode, int n_ctx_orig, float freq_base, float
    /// freq_scale, float ext_factor, float attn_factor, float beta_fast, float beta_slow);`
    public static MemorySegment ggml_rope_ext(
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
            return (MemorySegment) ggml_rope_ext
                    .handle()
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

    private static final Downcall ggml_rope_ext_back = Linkage.downcall("ggml_rope_ext_back", ROPE);

    /// `struct ggml_tensor * ggml_rope_ext_back(struct ggml_context * ctx, struct ggml_tensor * a, struct
    /// ggml_tensor * b, struct ggml_tensor * c, int n_dims, int mode, int n_ctx_orig, float freq_base, float
    /// freq_scale, float ext_factor, float attn_factor, float beta_fast, float beta_slow);`
    public static MemorySegment ggml_rope_ext_back(
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
            return (MemorySegment) ggml_rope_ext_back
                    .handle()
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
