package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;

import dev.icmlora.capi.LlamaContextH;
import dev.icmlora.capi.LlamaContextH.LlamaBatch;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.NativeLibraries;

/// Tokens to decode together, each at one position of one sequence, or of several that begin alike. Belongs to one
/// thread at a time; reusable after [#clear].
public final class TokenBatch implements AutoCloseable {
    private final NativeHandle handle;
    private final LlamaBatch batch;
    private final int capacity;
    private final int maxSequences;
    private final BitSet outputs = new BitSet();
    private final BitSet watched = new BitSet();
    private int size;
    private int highestToken = -1;
    private int highestPosition = -1;
    private int highestSequence = -1;

    private TokenBatch(MemorySegment struct, int capacity, int maxSequences) {
        this.handle = new NativeHandle("batch", struct, LlamaContextH::llama_batch_free);
        this.batch = new LlamaBatch(struct, capacity);
        this.capacity = capacity;
        this.maxSequences = maxSequences;
    }

    /// @param capacity most tokens it can hold
    /// @param maxSequences sequence ids run from 0 to `maxSequences - 1`
    public static TokenBatch allocate(int capacity, int maxSequences) {
        NativeLibraries.directory();
        if (capacity < 1 || maxSequences < 1) {
            throw new IllegalArgumentException(
                    "capacity " + capacity + " and sequences " + maxSequences + " start at 1");
        }
        // The 56 bytes of the struct are collected with this object; the arrays that it points to are what
        // llama_batch_free frees.
        MemorySegment struct = LlamaContextH.llama_batch_init(Arena.ofAuto(), capacity, 0, maxSequences);
        return new TokenBatch(struct, capacity, maxSequences);
    }

    /// Appends a token of one sequence.
    ///
    /// @param position position in the sequence, continuing what the context's memory holds of it
    /// @param output whether logits (and the hidden state) are wanted at this position
    /// @return index in the batch, which is what [LlamaContext#logits] takes
    /// @throws IllegalArgumentException if a number is out of range
    /// @throws IllegalStateException if the batch is full or closed
    public int add(int token, int position, int sequence, boolean output) {
        return add(token, position, new int[] {sequence}, output);
    }

    /// Appends a token that several sequences share: it is computed once, and each of them goes on from it. Sequences
    /// that were told apart by a token cannot share a later one.
    ///
    /// @param sequences one or more, each once
    /// @return index in the batch, as for one sequence
    /// @throws IllegalArgumentException if a number is out of range
    /// @throws IllegalStateException if the batch is full or closed
    public int add(int token, int position, int[] sequences, boolean output) {
        handle.get();
        if (size == capacity) {
            throw new IllegalStateException("the batch is full: " + capacity + " tokens");
        }
        if (token < 0 || position < 0) {
            throw new IllegalArgumentException("token " + token + " and position " + position + " are not negative");
        }
        if (sequences.length < 1 || sequences.length > maxSequences) {
            throw new IllegalArgumentException(
                    "a token is of 1 to " + maxSequences + " sequences, not " + sequences.length);
        }
        BitSet distinct = new BitSet();
        for (int sequence : sequences) {
            if (sequence < 0 || sequence >= maxSequences) {
                throw new IllegalArgumentException(
                        "sequence " + sequence + " is not within 0 to " + (maxSequences - 1));
            }
            distinct.set(sequence);
        }
        // llama.cpp counts a sequence that is named twice twice, and its memory never forgets it again.
        if (distinct.cardinality() != sequences.length) {
            throw new IllegalArgumentException("a sequence is named twice: " + Arrays.toString(sequences));
        }
        batch.set(size, token, position, sequences, output);
        outputs.set(size, output);
        highestToken = Math.max(highestToken, token);
        highestPosition = Math.max(highestPosition, position);
        highestSequence = Math.max(highestSequence, distinct.length() - 1);
        batch.size(size + 1);
        return size++;
    }

    /// Asks for the hidden states of a token, see [LlamaContext#state].
    ///
    /// @param index what [#add] returned
    /// @throws IllegalArgumentException if there is no such token
    public void watch(int index) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("token " + index + " is not within the batch of " + size);
        }
        watched.set(index);
    }

    /// Empties the batch for new tokens.
    public void clear() {
        handle.get();
        size = 0;
        highestToken = -1;
        highestPosition = -1;
        highestSequence = -1;
        outputs.clear();
        watched.clear();
        batch.size(0);
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return capacity;
    }

    int highestToken() {
        return highestToken;
    }

    int highestPosition() {
        return highestPosition;
    }

    int highestSequence() {
        return highestSequence;
    }

    BitSet outputs() {
        return (BitSet) outputs.clone();
    }

    BitSet watched() {
        return (BitSet) watched.clone();
    }

    MemorySegment struct() {
        return handle.get();
    }

    @Override
    public void close() {
        handle.close();
    }
}
