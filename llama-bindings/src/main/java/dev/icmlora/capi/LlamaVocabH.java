package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.Linkage.Downcall;

/// `llama.h`, vocabulary and tokenisation, of llama.cpp v0.5.0. Each method is the C function of its name.
public final class LlamaVocabH {
    private LlamaVocabH() {}

    private static final Downcall llama_vocab_n_tokens =
            Linkage.downcall("llama_vocab_n_tokens", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `int32_t llama_vocab_n_tokens(const struct llama_vocab * vocab);`
    public static int llama_vocab_n_tokens(MemorySegment vocab) {
        return llama_vocab_n_tokens.integer(vocab);
    }

    private static final Downcall llama_vocab_is_eog =
            Linkage.downcall("llama_vocab_is_eog", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT));

    /// `bool llama_vocab_is_eog(const struct llama_vocab * vocab, llama_token token);`
    public static boolean llama_vocab_is_eog(MemorySegment vocab, int token) {
        try {
            return (boolean) llama_vocab_is_eog.handle().invokeExact(vocab, token);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_vocab_bos =
            Linkage.downcall("llama_vocab_bos", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `llama_token llama_vocab_bos(const struct llama_vocab * vocab);`
    public static int llama_vocab_bos(MemorySegment vocab) {
        return llama_vocab_bos.integer(vocab);
    }

    private static final Downcall llama_vocab_get_add_bos =
            Linkage.downcall("llama_vocab_get_add_bos", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));

    /// `bool llama_vocab_get_add_bos(const struct llama_vocab * vocab);`
    public static boolean llama_vocab_get_add_bos(MemorySegment vocab) {
        return llama_vocab_get_add_bos.truth(vocab);
    }

    private static final Downcall llama_tokenize = Linkage.downcall(
            "llama_tokenize",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));

    /// `int32_t llama_tokenize(const struct llama_vocab * vocab, const char * text, int32_t text_len,
    /// llama_token * tokens, int32_t n_tokens_max, bool add_special, bool parse_special);`
    public static int llama_tokenize(
            MemorySegment vocab,
            MemorySegment text,
            int textLen,
            MemorySegment tokens,
            int nTokensMax,
            boolean addSpecial,
            boolean parseSpecial) {
        try {
            return (int) llama_tokenize
                    .handle()
                    .invokeExact(vocab, text, textLen, tokens, nTokensMax, addSpecial, parseSpecial);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_token_to_piece = Linkage.downcall(
            "llama_token_to_piece",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN));

    /// `int32_t llama_token_to_piece(const struct llama_vocab * vocab, llama_token token, char * buf, int32_t
    /// length, int32_t lstrip, bool special);`
    public static int llama_token_to_piece(
            MemorySegment vocab, int token, MemorySegment buf, int length, int lstrip, boolean special) {
        try {
            return (int) llama_token_to_piece.handle().invokeExact(vocab, token, buf, length, lstrip, special);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_detokenize = Linkage.downcall(
            "llama_detokenize",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));

    /// `int32_t llama_detokenize(const struct llama_vocab * vocab, const llama_token * tokens, int32_t
    /// n_tokens, char * text, int32_t text_len_max, bool remove_special, bool unparse_special);`
    public static int llama_detokenize(
            MemorySegment vocab,
            MemorySegment tokens,
            int nTokens,
            MemorySegment text,
            int textLenMax,
            boolean removeSpecial,
            boolean unparseSpecial) {
        try {
            return (int) llama_detokenize
                    .handle()
                    .invokeExact(vocab, tokens, nTokens, text, textLenMax, removeSpecial, unparseSpecial);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }
}
