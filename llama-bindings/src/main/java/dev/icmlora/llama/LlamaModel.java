package dev.icmlora.llama;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.LlamaChatMessage;
import dev.icmlora.capi.LlamaH;
import dev.icmlora.capi.LlamaModelParams;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.capi.NativeLog;
import dev.icmlora.ggml.NativeCallException;
import dev.icmlora.ggml.NativeLibraries;

/// A base model and its vocabulary. Usable from any thread.
///
/// Closing is ordered, not refused: contexts, adapters and samplers made from the model keep it in memory,
/// and it is freed when the last of them is closed. A close that threw would leak the model in every `try`
/// block whose order is slightly off; a close that freed at once would leave them dangling. After [#close]
/// the model itself refuses every call with [IllegalStateException].
public final class LlamaModel implements AutoCloseable {
    /// `LLAMA_ROPE_TYPE_NORM`; a model without rotary positions has less.
    private static final int NEIGHBOURS = 0;
    /// `sizeof(llama_grammar_candidate)`, in a list that doubles as it grows.
    private static final int BYTES_OF_CANDIDATE = 32;
    private static final int BYTES_OF_PAGE = 1 << 12;

    private final NativeHandle handle;
    private final Vocabulary vocabulary;

    /// llama.cpp walks the model's set of adapters while it builds a context's graph, so loading or freeing
    /// an adapter (write) excludes decoding and context creation (read).
    private final ReadWriteLock adapterSet = new ReentrantReadWriteLock();

    private LlamaModel(MemorySegment model) {
        this.handle = new NativeHandle("model", model, LlamaH::llama_model_free);
        this.vocabulary = new Vocabulary(handle, LlamaH.llama_model_get_vocab(model));
        // A grammar takes lists of all tokens anew for each string that may come next.
        NativeLibraries.keepBlocks(
                Integer.highestOneBit(2 * vocabulary.size() - 1) * BYTES_OF_CANDIDATE + BYTES_OF_PAGE);
    }

    /// Loads it onto the GPU if there is one. The file is mapped, and weights keep ggml's own layout, in which
    /// adapters and other graphs compute with them.
    ///
    /// @param path a GGUF file of an architecture that llama.cpp v0.5.0 knows
    /// @throws UncheckedIOException if there is no such file
    /// @throws NativeCallException if llama.cpp refuses it; the message carries the reason
    /// @throws IllegalArgumentException if it has an encoder, or recurrent layers
    public static LlamaModel load(Path path) {
        NativeLibraries.directory();
        if (!Files.isRegularFile(path)) {
            throw new UncheckedIOException("no model file", new NoSuchFileException(path.toString()));
        }
        try (Arena arena = CallArena.open();
                NativeLog.Capture errors = NativeLog.capture()) {
            LlamaModelParams params = new LlamaModelParams(LlamaH.llama_model_default_params(arena));
            params.onGpu();
            params.mapped();
            params.notRepacked();
            MemorySegment model =
                    LlamaH.llama_model_load_from_file(arena.allocateFrom(path.toString()), params.struct());
            if (model.equals(MemorySegment.NULL)) {
                throw new NativeCallException("llama_model_load_from_file", 0, path + ": " + errors.text());
            }
            refusal(model).ifPresent(reason -> {
                LlamaH.llama_model_free(model);
                throw new IllegalArgumentException(path + " " + reason);
            });
            return new LlamaModel(model);
        }
    }

    private static Optional<String> refusal(MemorySegment model) {
        if (LlamaH.llama_model_has_encoder(model)) {
            return Optional.of("has an encoder; only decoders are supported");
        }
        if (LlamaH.llama_model_is_recurrent(model) || LlamaH.llama_model_is_hybrid(model)) {
            // The part of a prompt that another one shares cannot be taken out of such a state.
            return Optional.of(
                    "has layers that keep one state of all that they have read, as Mamba's do; only attention"
                            + " is supported");
        }
        return Optional.empty();
    }

    public Vocabulary vocabulary() {
        handle.get();
        return vocabulary;
    }

    public int layers() {
        return LlamaH.llama_model_n_layer(handle.get());
    }

    /// Width of the hidden state.
    public int hiddenSize() {
        return LlamaH.llama_model_n_embd(handle.get());
    }

    /// Query heads per layer.
    public int heads() {
        return LlamaH.llama_model_n_head(handle.get());
    }

    /// Key and value heads per layer.
    public int kvHeads() {
        return LlamaH.llama_model_n_head_kv(handle.get());
    }

    /// Whether positions turn the halves of a head against each other (`LLAMA_ROPE_TYPE_NEOX` and later ones), and
    /// not neighbouring numbers.
    public boolean turnsHalves() {
        return LlamaH.llama_model_rope_type(handle.get()) > NEIGHBOURS;
    }

    /// One line such as `llama 256M Q8_0`.
    public String description() {
        MemorySegment model = handle.get();
        return text((buffer, size) -> LlamaH.llama_model_desc(model, buffer, size))
                .orElse("");
    }

    /// Such as `llama`.
    public String architecture() {
        return metadata("general.architecture").orElse("");
    }

    /// A scalar metadata value of the GGUF file as text; arrays are not available here.
    public Optional<String> metadata(String key) {
        MemorySegment model = handle.get();
        try (Arena arena = CallArena.open()) {
            MemorySegment name = arena.allocateFrom(key);
            return text((buffer, size) -> LlamaH.llama_model_meta_val_str(model, name, buffer, size));
        }
    }

    /// The Jinja text of the model's default chat template.
    public Optional<String> chatTemplate() {
        return Optional.ofNullable(CString.read(LlamaH.llama_model_chat_template(handle.get(), MemorySegment.NULL)));
    }

    /// Formats a chat as llama.cpp's built-in version of the model's template does; the Jinja text only
    /// serves to recognise it.
    ///
    /// @param addAssistant end with what starts an assistant's turn
    /// @throws IllegalStateException if the model has no template
    /// @throws IllegalArgumentException if a text contains U+0000, which C would take for its end
    /// @throws NativeCallException if llama.cpp does not know the template
    public String applyChatTemplate(List<ChatMessage> messages, boolean addAssistant) {
        MemorySegment template = LlamaH.llama_model_chat_template(handle.get(), MemorySegment.NULL);
        if (template.equals(MemorySegment.NULL)) {
            throw new IllegalStateException("the model has no chat template");
        }
        try (Arena arena = CallArena.open()) {
            MemorySegment chat = LlamaChatMessage.array(arena, messages.size());
            for (int i = 0; i < messages.size(); i++) {
                ChatMessage message = messages.get(i);
                LlamaChatMessage.set(chat, i, cString(arena, message.role()), cString(arena, message.content()));
            }
            int bytes = LlamaH.llama_chat_apply_template(
                    template, chat, messages.size(), addAssistant, MemorySegment.NULL, 0);
            if (bytes < 0) {
                throw new NativeCallException("llama_chat_apply_template", bytes, "unknown chat template");
            }
            MemorySegment buffer = arena.allocate(bytes + 1L);
            LlamaH.llama_chat_apply_template(template, chat, messages.size(), addAssistant, buffer, bytes + 1);
            return buffer.getString(0);
        }
    }

    private static MemorySegment cString(SegmentAllocator allocator, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("text contains U+0000");
        }
        return allocator.allocateFrom(text, StandardCharsets.UTF_8);
    }

    /// A C function in the manner of `snprintf`: returns the length of the whole text, or below 0 for none.
    private interface TextFunction {
        int write(MemorySegment buffer, long size);
    }

    private static Optional<String> text(TextFunction function) {
        try (Arena arena = CallArena.open()) {
            MemorySegment buffer = arena.allocate(256);
            int length = function.write(buffer, buffer.byteSize());
            if (length < 0) {
                return Optional.empty();
            }
            if (length >= buffer.byteSize()) {
                buffer = arena.allocate(length + 1L);
                function.write(buffer, buffer.byteSize());
            }
            return Optional.of(buffer.getString(0));
        }
    }

    NativeHandle handle() {
        return handle;
    }

    ReadWriteLock adapterSet() {
        return adapterSet;
    }

    /// Idempotent; see the class comment for what happens to contexts and adapters that are still open.
    @Override
    public void close() {
        handle.close();
    }
}
