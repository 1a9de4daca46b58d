package dev.icmlora.llama;

import java.util.List;

import dev.icmlora.capi.GgmlThreadpoolParams;

/// Sizes of a context.
///
/// @param contextTokens tokens of memory over all sequences; llama.cpp rounds up to a multiple of 256
/// @param batchTokens most tokens in one [TokenBatch], computed at once; at most `contextTokens`
/// @param maxSequences sequences kept apart in the memory, 1 to 256; ids run from 0
/// @param threads CPU threads, 1 to 512
/// @param hiddenLayer give the hidden states after this many layers in place of logits, for the positions of a
/// batch that are outputs; [#LOGITS] for logits. Such a context has one sequence
/// @param watchedLayers layers after which hidden states can be asked for beside the logits, below the model's last;
/// only with logits and one memory for all sequences
/// @param unifiedKv one memory shared by all sequences, so that prefixes can be shared and one sequence may
/// fill it; otherwise each sequence owns an equal part
public record ContextOptions(
        int contextTokens,
        int batchTokens,
        int maxSequences,
        int threads,
        int hiddenLayer,
        List<Integer> watchedLayers,
        boolean unifiedKv) {
    /// No layer: the whole model is computed, and gives logits.
    public static final int LOGITS = 0;

    static final int LLAMA_MAX_SEQ = 256; // llama-cparams.h
    private static final int MAX_CONTEXT = 1 << 24;

    public ContextOptions {
        require("contextTokens", contextTokens, MAX_CONTEXT);
        require("batchTokens", batchTokens, contextTokens);
        require("maxSequences", maxSequences, Math.min(LLAMA_MAX_SEQ, contextTokens));
        requireThreads(threads);
        if (hiddenLayer < LOGITS) {
            throw new IllegalArgumentException("hiddenLayer is " + LOGITS + " or more, not " + hiddenLayer);
        }
        if (hiddenLayer != LOGITS && maxSequences != 1) {
            throw new IllegalArgumentException("a context of hidden states has 1 sequence, not " + maxSequences);
        }
        watchedLayers = List.copyOf(watchedLayers);
        if (!watchedLayers.isEmpty() && (hiddenLayer != LOGITS || !unifiedKv)) {
            throw new IllegalArgumentException("layers are watched beside logits, in one memory for all sequences");
        }
    }

    /// One sequence on one thread, which gives logits.
    ///
    public static ContextOptions of(int contextTokens, int batchTokens) {
        return new ContextOptions(contextTokens, batchTokens, 1, 1, LOGITS, List.of(), true);
    }

    public ContextOptions withSequences(int most) {
        return new ContextOptions(contextTokens, batchTokens, most, threads, hiddenLayer, watchedLayers, unifiedKv);
    }

    public ContextOptions withThreads(int count) {
        return new ContextOptions(
                contextTokens, batchTokens, maxSequences, count, hiddenLayer, watchedLayers, unifiedKv);
    }

    /// @param layer after which hidden states are taken, or [#LOGITS]
    public ContextOptions withHiddenLayer(int layer) {
        return new ContextOptions(contextTokens, batchTokens, maxSequences, threads, layer, watchedLayers, unifiedKv);
    }

    /// @param layers whose hidden states can be asked for beside the logits
    public ContextOptions withWatchedLayers(List<Integer> layers) {
        return new ContextOptions(contextTokens, batchTokens, maxSequences, threads, hiddenLayer, layers, unifiedKv);
    }

    /// @param unified whether all sequences share one memory, as they do by default
    public ContextOptions withUnifiedKv(boolean unified) {
        return new ContextOptions(
                contextTokens, batchTokens, maxSequences, threads, hiddenLayer, watchedLayers, unified);
    }

    boolean givesLogits() {
        return hiddenLayer == LOGITS;
    }

    static void requireThreads(int threads) {
        require("threads", threads, GgmlThreadpoolParams.GGML_MAX_N_THREADS);
    }

    private static void require(String name, int value, int maximum) {
        if (value < 1 || value > maximum) {
            throw new IllegalArgumentException(name + " is 1 to " + maximum + ", not " + value);
        }
    }
}
