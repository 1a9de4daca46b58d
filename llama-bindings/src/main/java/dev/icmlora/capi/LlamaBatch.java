package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// View of a `struct llama_batch` (llama.h, llama.cpp v0.5.0) that `llama_batch_init` filled. Indices are not
/// checked here.
/// ```c
/// typedef struct llama_batch {
///     int32_t n_tokens;
///     llama_token  *  token;
///     float        *  embd;
///     llama_pos    *  pos;
///     int32_t      *  n_seq_id;
///     llama_seq_id ** seq_id;
///     int8_t       *  logits;
/// } llama_batch;
/// ```
public final class LlamaBatch {
    static final StructLayout LAYOUT = CStruct.of(
            "llama_batch",
            JAVA_INT.withName("n_tokens"),
            ADDRESS.withName("token"),
            ADDRESS.withName("embd"),
            ADDRESS.withName("pos"),
            ADDRESS.withName("n_seq_id"),
            ADDRESS.withName("seq_id"),
            ADDRESS.withName("logits"));

    private static final long N_TOKENS = CStruct.offset(LAYOUT, "n_tokens");

    private final MemorySegment struct;
    private final MemorySegment token;
    private final MemorySegment pos;
    private final MemorySegment nSeqId;
    private final MemorySegment seqId;
    private final MemorySegment logits;

    /// @param struct as `llama_batch_init(capacity, 0, n)` returned it, n at least 1
    public LlamaBatch(MemorySegment struct, int capacity) {
        this.struct = struct;
        this.token = array("token", JAVA_INT.byteSize() * capacity);
        this.pos = array("pos", JAVA_INT.byteSize() * capacity);
        this.nSeqId = array("n_seq_id", JAVA_INT.byteSize() * capacity);
        this.seqId = array("seq_id", ADDRESS.byteSize() * capacity);
        this.logits = array("logits", capacity);
    }

    private MemorySegment array(String member, long bytes) {
        return struct.get(ADDRESS, CStruct.offset(LAYOUT, member)).reinterpret(bytes);
    }

    public void size(int tokens) {
        struct.set(JAVA_INT, N_TOKENS, tokens);
    }

    /// @param sequences at most as many as `llama_batch_init` was told
    public void set(int index, int tokenId, int position, int[] sequences, boolean output) {
        token.setAtIndex(JAVA_INT, index, tokenId);
        pos.setAtIndex(JAVA_INT, index, position);
        nSeqId.setAtIndex(JAVA_INT, index, sequences.length);
        MemorySegment ids = seqId.getAtIndex(ADDRESS, index).reinterpret(JAVA_INT.byteSize() * sequences.length);
        MemorySegment.copy(sequences, 0, ids, JAVA_INT, 0, sequences.length);
        logits.set(JAVA_BYTE, index, (byte) (output ? 1 : 0));
    }
}
