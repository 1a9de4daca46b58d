package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.LlamaVocabH;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.NativeCallException;

/// The tokens of a model, borrowed from it: after the model is closed every call throws
/// [IllegalStateException], and one that runs goes on to its end. Usable from any thread.
public final class Vocabulary {
    /// Characters that any thread has the stack for. Where llama.cpp has no code of its own for the pattern by which
    /// a vocabulary cuts texts into words, it takes `std::regex`, which calls itself for every character of a word.
    /// Words of some thousand characters then end the process (llama.cpp's issue 15594).
    private static final int SHORT = 512;

    /// Characters for each token that a text may have: so many are cut into tokens to see that there are too many.
    private static final int BEGINNING = 8;
    /// What follows may change how the last word of a text's beginning is cut, but never to half as many tokens.
    private static final int SURELY = 2;

    private static final long STACK = 1 << 20;
    /// Twice what was seen there.
    private static final long STACK_OF_CHARACTER = 2048;

    private final NativeHandle model;
    private final MemorySegment vocab;
    private final int size;
    /// Bytes of the longest token; 0 until it is asked for.
    private volatile int longest;

    Vocabulary(NativeHandle model, MemorySegment vocab) {
        this.model = model;
        this.vocab = vocab;
        this.size = LlamaVocabH.llama_vocab_n_tokens(vocab);
    }

    /// Number of tokens; ids run from 0 to `size() - 1`.
    public int size() {
        return size;
    }

    /// Tokens of the text alone: no begin or end token is added. A byte that the vocabulary has no token for is
    /// left out; SmolLM2's lacks six control characters and the first bytes of U+40000 to U+BFFFF.
    ///
    /// @param parseSpecial take markup such as `<|im_start|>` for control tokens; false for any text that a
    /// user wrote
    public int[] tokenize(String text, boolean parseSpecial) {
        return tokenize(text, false, parseSpecial);
    }

    /// Tokens of a text that a user wrote, within those that the model was trained to have around one, such as `[CLS]`
    /// and `[SEP]`.
    public int[] tokenizeWhole(String text) {
        return tokenize(text, true, false);
    }

    private int[] tokenize(String text, boolean addSpecial, boolean parseSpecial) {
        return text.length() <= SHORT
                ? tokens(text, addSpecial, parseSpecial)
                : onStackFor(text.length(), () -> tokens(text, addSpecial, parseSpecial));
    }

    /// Whether a text surely has more than so many tokens, at little cost: by the vocabulary's longest token, or by
    /// the text's beginning. False says nothing.
    ///
    /// @param most 1 or more
    public boolean exceeds(String text, int most) {
        int beginning = BEGINNING * most;
        return text.length() > beginning
                && (text.length() > (long) most * longest()
                        || tokenize(text.substring(0, beginning), false).length > SURELY * most);
    }

    /// Bytes of the longest token.
    private int longest() {
        if (longest == 0) {
            longest = IntStream.range(0, size)
                    .map(token -> piece(token).length)
                    .max()
                    .orElseThrow();
        }
        return longest;
    }

    private static int[] onStackFor(int characters, Supplier<int[]> work) {
        long stack = STACK + (long) characters * STACK_OF_CHARACTER;
        try {
            return CompletableFuture.supplyAsync(work, task -> new Thread(null, task, "tokenizer", stack).start())
                    .join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }

    private int[] tokens(String text, boolean addSpecial, boolean parseSpecial) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        model.hold();
        try (Arena arena = CallArena.open()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, utf8);
            // A token covers at least one byte but for the rare ones that a tokenizer puts in front.
            MemorySegment tokens = arena.allocate(ValueLayout.JAVA_INT, utf8.length + 8L);
            int count = tokenize(vocab, bytes, tokens, addSpecial, parseSpecial);
            if (count < 0 && count != Integer.MIN_VALUE) {
                tokens = arena.allocate(ValueLayout.JAVA_INT, -count);
                count = tokenize(vocab, bytes, tokens, addSpecial, parseSpecial);
            }
            if (count < 0) {
                throw new NativeCallException("llama_tokenize", count, utf8.length + " bytes of text");
            }
            return tokens.asSlice(0, (long) count * Integer.BYTES).toArray(ValueLayout.JAVA_INT);
        } finally {
            model.drop();
        }
    }

    private static int tokenize(
            MemorySegment vocab, MemorySegment text, MemorySegment tokens, boolean addSpecial, boolean parseSpecial) {
        return LlamaVocabH.llama_tokenize(
                vocab,
                text,
                Math.toIntExact(text.byteSize()),
                tokens,
                Math.toIntExact(tokens.byteSize() / Integer.BYTES),
                addSpecial,
                parseSpecial);
    }

    /// Text of the tokens; control tokens render as nothing, bytes that form no character as U+FFFD.
    ///
    /// @throws IllegalArgumentException if a token is not of this vocabulary
    public String detokenize(int... tokens) {
        for (int token : tokens) {
            require(token);
        }
        model.hold();
        try (Arena arena = CallArena.open()) {
            MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, tokens);
            MemorySegment text = arena.allocate(Math.max(16, 8L * tokens.length));
            int length = detokenize(vocab, ids, tokens.length, text);
            if (length < 0 && length != Integer.MIN_VALUE) {
                text = arena.allocate(-length);
                length = detokenize(vocab, ids, tokens.length, text);
            }
            if (length < 0) {
                throw new NativeCallException("llama_detokenize", length, tokens.length + " tokens");
            }
            return new String(text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        } finally {
            model.drop();
        }
    }

    private static int detokenize(MemorySegment vocab, MemorySegment ids, int count, MemorySegment text) {
        return LlamaVocabH.llama_detokenize(vocab, ids, count, text, Math.toIntExact(text.byteSize()), false, false);
    }

    /// UTF-8 bytes of one token, possibly part of a character; none for a control token.
    ///
    /// @throws IllegalArgumentException if the token is not of this vocabulary
    public byte[] piece(int token) {
        require(token);
        model.hold();
        try (Arena arena = CallArena.open()) {
            MemorySegment text = arena.allocate(64);
            int length = LlamaVocabH.llama_token_to_piece(vocab, token, text, (int) text.byteSize(), 0, false);
            if (length < 0) {
                text = arena.allocate(-length);
                length = LlamaVocabH.llama_token_to_piece(vocab, token, text, -length, 0, false);
            }
            return text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        } finally {
            model.drop();
        }
    }

    /// Whether the token ends a generation: end of text, end of turn and the like.
    public boolean isEndOfGeneration(int token) {
        require(token);
        return LlamaVocabH.llama_vocab_is_eog(live(), token);
    }

    /// Beginning of sequence.
    public OptionalInt bos() {
        int token = LlamaVocabH.llama_vocab_bos(live());
        return token < 0 ? OptionalInt.empty() : OptionalInt.of(token); // LLAMA_TOKEN_NULL is -1
    }

    /// Whether the model expects [#bos] before a prompt; [#tokenize] leaves that to the caller.
    public boolean addsBos() {
        return LlamaVocabH.llama_vocab_get_add_bos(live());
    }

    /// llama.cpp ends the process on a foreign id.
    void require(int token) {
        if (token < 0 || token >= size) {
            throw new IllegalArgumentException("token " + token + " is not within 0 to " + (size - 1));
        }
    }

    NativeHandle model() {
        return model;
    }

    MemorySegment live() {
        model.get();
        return vocab;
    }
}
