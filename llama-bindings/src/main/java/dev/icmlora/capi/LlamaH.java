package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

import dev.icmlora.capi.Linkage.Downcall;

/// `llama.h`, library and model, of llama.cpp v0.5.0. Each method is the C function of its name.
public final class LlamaH {
    private LlamaH() {}

    private static final Downcall llama_version = Linkage.downcall("llama_version", FunctionDescriptor.of(ADDRESS));

    /// `const char * llama_version(void);`
    public static MemorySegment llama_version() {
        try {
            return (MemorySegment) llama_version.handle().invokeExact();
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_backend_init =
            Linkage.downcall("llama_backend_init", FunctionDescriptor.ofVoid());

    /// `void llama_backend_init(void);`
    public static void llama_backend_init() {
        try {
            llama_backend_init.handle().invokeExact();
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_log_set =
            Linkage.downcall("llama_log_set", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));

    /// `void llama_log_set(ggml_log_callback log_callback, void * user_data);`
    public static void llama_log_set(MemorySegment logCallback, MemorySegment userData) {
        llama_log_set.run(logCallback, userData);
    }

    private static final Downcall llama_model_default_params =
            Linkage.downcall("llama_model_default_params", FunctionDescriptor.of(LlamaModelParams.LAYOUT));

    /// `struct llama_model_params llama_model_default_params(void);`
    public static MemorySegment llama_model_default_params(SegmentAllocator allocator) {
        return llama_model_default_params.struct(allocator);
    }

    private static final Downcall llama_model_load_from_file = Linkage.downcall(
            "llama_model_load_from_file", FunctionDescriptor.of(ADDRESS, ADDRESS, LlamaModelParams.LAYOUT));

    /// `struct llama_model * llama_model_load_from_file(const char * path_model, struct llama_model_params
    /// params);`
    public static MemorySegment llama_model_load_from_file(MemorySegment pathModel, MemorySegment params) {
        return llama_model_load_from_file.pointer(pathModel, params);
    }

    private static final Downcall llama_model_free =
            Linkage.downcall("llama_model_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void llama_model_free(struct llama_model * model);`
    public static void llama_model_free(MemorySegment model) {
        llama_model_free.run(model);
    }

    private static final Downcall llama_model_get_vocab =
            Linkage.downcall("llama_model_get_vocab", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `const struct llama_vocab * llama_model_get_vocab(const struct llama_model * model);`
    public static MemorySegment llama_model_get_vocab(MemorySegment model) {
        return llama_model_get_vocab.pointer(model);
    }

    private static final Downcall llama_model_n_embd =
            Linkage.downcall("llama_model_n_embd", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `int32_t llama_model_n_embd(const struct llama_model * model);`
    public static int llama_model_n_embd(MemorySegment model) {
        return llama_model_n_embd.integer(model);
    }

    private static final Downcall llama_model_n_layer =
            Linkage.downcall("llama_model_n_layer", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `int32_t llama_model_n_layer(const struct llama_model * model);`
    public static int llama_model_n_layer(MemorySegment model) {
        return llama_model_n_layer.integer(model);
    }

    private static final Downcall llama_model_n_head =
            Linkage.downcall("llama_model_n_head", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `int32_t llama_model_n_head(const struct llama_model * model);`
    public static int llama_model_n_head(MemorySegment model) {
        return llama_model_n_head.integer(model);
    }

    private static final Downcall llama_model_n_head_kv =
            Linkage.downcall("llama_model_n_head_kv", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `int32_t llama_model_n_head_kv(const struct llama_model * model);`
    public static int llama_model_n_head_kv(MemorySegment model) {
        return llama_model_n_head_kv.integer(model);
    }

    private static final Downcall llama_model_is_recurrent =
            Linkage.downcall("llama_model_is_recurrent", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));

    /// `bool llama_model_is_recurrent(const struct llama_model * model);`
    public static boolean llama_model_is_recurrent(MemorySegment model) {
        return llama_model_is_recurrent.truth(model);
    }

    private static final Downcall llama_model_is_hybrid =
            Linkage.downcall("llama_model_is_hybrid", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));

    /// `bool llama_model_is_hybrid(const struct llama_model * model);`
    public static boolean llama_model_is_hybrid(MemorySegment model) {
        return llama_model_is_hybrid.truth(model);
    }

    private static final Downcall llama_model_rope_type =
            Linkage.downcall("llama_model_rope_type", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `enum llama_rope_type llama_model_rope_type(const struct llama_model * model);`
    public static int llama_model_rope_type(MemorySegment model) {
        return llama_model_rope_type.integer(model);
    }

    private static final Downcall llama_model_has_encoder =
            Linkage.downcall("llama_model_has_encoder", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));

    /// `bool llama_model_has_encoder(const struct llama_model * model);`
    public static boolean llama_model_has_encoder(MemorySegment model) {
        return llama_model_has_encoder.truth(model);
    }

    private static final Downcall llama_model_desc =
            Linkage.downcall("llama_model_desc", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));

    /// `int32_t llama_model_desc(const struct llama_model * model, char * buf, size_t buf_size);`
    public static int llama_model_desc(MemorySegment model, MemorySegment buf, long bufSize) {
        try {
            return (int) llama_model_desc.handle().invokeExact(model, buf, bufSize);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_model_meta_val_str = Linkage.downcall(
            "llama_model_meta_val_str", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

    /// `int32_t llama_model_meta_val_str(const struct llama_model * model, const char * key, char * buf,
    /// size_t buf_size);`
    public static int llama_model_meta_val_str(
            MemorySegment model, MemorySegment key, MemorySegment buf, long bufSize) {
        try {
            return (int) llama_model_meta_val_str.handle().invokeExact(model, key, buf, bufSize);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_model_chat_template =
            Linkage.downcall("llama_model_chat_template", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `const char * llama_model_chat_template(const struct llama_model * model, const char * name);`
    public static MemorySegment llama_model_chat_template(MemorySegment model, MemorySegment name) {
        return llama_model_chat_template.pointer(model, name);
    }

    private static final Downcall llama_chat_apply_template = Linkage.downcall(
            "llama_chat_apply_template",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_BOOLEAN, ADDRESS, JAVA_INT));

    /// `int32_t llama_chat_apply_template(const char * tmpl, const struct llama_chat_message * chat, size_t
    /// n_msg, bool add_ass, char * buf, int32_t length);`
    public static int llama_chat_apply_template(
            MemorySegment tmpl, MemorySegment chat, long nMsg, boolean addAss, MemorySegment buf, int length) {
        try {
            return (int) llama_chat_apply_template.handle().invokeExact(tmpl, chat, nMsg, addAss, buf, length);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_adapter_lora_init_from_file_ptr =
            Linkage.downcall("llama_adapter_lora_init_from_file_ptr", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));

    /// `struct llama_adapter_lora * llama_adapter_lora_init_from_file_ptr(struct llama_model * model, FILE *
    /// file);`
    public static MemorySegment llama_adapter_lora_init_from_file_ptr(MemorySegment model, MemorySegment file) {
        return llama_adapter_lora_init_from_file_ptr.pointer(model, file);
    }

    private static final Downcall llama_adapter_lora_free =
            Linkage.downcall("llama_adapter_lora_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void llama_adapter_lora_free(struct llama_adapter_lora * adapter);`
    public static void llama_adapter_lora_free(MemorySegment adapter) {
        llama_adapter_lora_free.run(adapter);
    }
}
