package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.LibcH;
import dev.icmlora.capi.LlamaH;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.capi.NativeLog;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.NativeCallException;
import dev.icmlora.ggml.TensorInfo;

/// A LoRA adapter loaded from GGUF bytes, without a file. Loading and freeing wait until no context of the
/// model decodes, and keep others from starting meanwhile. Closing is ordered: a context that it is attached
/// to keeps it alive until it is detached or the context is closed.
public final class LoraAdapter implements AutoCloseable {
    private final LlamaModel model;
    private final List<TensorInfo> tensors;
    private final NativeHandle handle;

    private LoraAdapter(LlamaModel model, List<TensorInfo> tensors, MemorySegment adapter) {
        this.model = model;
        this.tensors = tensors;
        this.handle = new NativeHandle("adapter", adapter, this::free);
    }

    /// @param gguf with `general.type` "adapter", `adapter.type` "lora", the model's architecture,
    /// `adapter.lora.alpha` as a 32-bit float, and pairs of tensors `<base tensor>.lora_a` `{in, r}` and
    /// `<base tensor>.lora_b` `{r, out}` of type F32, F16 or BF16
    /// @throws dev.icmlora.ggml.GgufFormatException if the bytes are no GGUF file
    /// @throws IllegalArgumentException if it is no LoRA adapter for this architecture
    /// @throws NativeCallException if llama.cpp refuses it; the message carries the reason
    public static LoraAdapter load(LlamaModel model, byte[] gguf) {
        List<TensorInfo> tensors;
        try (GgufFile file = GgufFile.parse(gguf)) {
            requireAdapter(file, model.architecture());
            tensors = List.copyOf(file.tensors());
        }
        model.handle().hold();
        Lock exclusive = model.adapterSet().writeLock();
        exclusive.lock();
        try (Arena arena = CallArena.open();
                NativeLog.Capture errors = NativeLog.capture()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, gguf);
            MemorySegment stream = LibcH.fmemopen(bytes, gguf.length, arena.allocateFrom("rb"));
            if (stream.equals(MemorySegment.NULL)) {
                throw new NativeCallException("fmemopen", 0, gguf.length + " bytes");
            }
            MemorySegment adapter;
            try {
                adapter = LlamaH.llama_adapter_lora_init_from_file_ptr(
                        model.handle().held(), stream);
            } finally {
                LibcH.fclose(stream);
            }
            if (adapter.equals(MemorySegment.NULL)) {
                throw new NativeCallException("llama_adapter_lora_init_from_file_ptr", 0, errors.text());
            }
            return new LoraAdapter(model, tensors, adapter);
        } catch (RuntimeException e) {
            model.handle().drop();
            throw e;
        } finally {
            exclusive.unlock();
        }
    }

    /// llama.cpp reads these keys with accessors that end the process on another type.
    private static void requireAdapter(GgufFile file, String architecture) {
        requireText(file, "general.type", "adapter");
        requireText(file, "general.architecture", architecture);
        requireText(file, "adapter.type", "lora");
        double alpha = file.float32("adapter.lora.alpha").orElse(Double.NaN);
        if (!Double.isFinite(alpha)) {
            throw new IllegalArgumentException("adapter.lora.alpha is absent or not finite");
        }
        for (TensorInfo tensor : file.tensors()) {
            if (tensor.type() != GgmlType.F16 && tensor.type() != GgmlType.F32 && tensor.type() != GgmlType.BF16) {
                throw new IllegalArgumentException("an adapter holds F32, F16 or BF16, not " + tensor);
            }
            if (tensor.shape().length != 2) {
                // llama.cpp looks at two dimensions only; with others, the first batch would end the process.
                throw new IllegalArgumentException("an adapter holds matrices, not " + tensor);
            }
        }
    }

    private static void requireText(GgufFile file, String key, String wanted) {
        Optional<String> given = file.string(key);
        if (!given.equals(Optional.of(wanted))) {
            throw new IllegalArgumentException(key + " is " + given.orElse("absent") + ", not " + wanted);
        }
    }

    /// Makes this the only adapter of the context. The context's memory is not cleared: see [LlamaContext].
    ///
    /// @param scale 1 for the adapter as trained; the effective factor is `scale * alpha / r`
    /// @throws IllegalArgumentException if the context is of another model or the scale is not finite
    public void attach(LlamaContext context, float scale) {
        handle.get();
        context.attach(model, handle, scale);
    }

    /// In the order of the file that it was loaded from.
    List<TensorInfo> tensors() {
        return tensors;
    }

    NativeHandle handle() {
        return handle;
    }

    private void free(MemorySegment adapter) {
        Lock exclusive = model.adapterSet().writeLock();
        exclusive.lock();
        try {
            LlamaH.llama_adapter_lora_free(adapter);
        } finally {
            exclusive.unlock();
        }
        model.handle().drop();
    }

    @Override
    public void close() {
        handle.close();
    }
}
