package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/// A `struct llama_token_data_array` over all tokens of a vocabulary (llama.h, llama.cpp v0.5.0).
/// ```c
/// typedef struct llama_token_data {
///     llama_token id;
///     float logit;
///     float p;
/// } llama_token_data;
///
/// typedef struct llama_token_data_array {
///     llama_token_data * data;
///     size_t size;
///     int64_t selected;
///     bool sorted;
/// } llama_token_data_array;
/// ```
public final class LlamaTokenDataArray {
    static final StructLayout TOKEN_DATA = CStruct.of(
            "llama_token_data", JAVA_INT.withName("id"), JAVA_FLOAT.withName("logit"), JAVA_FLOAT.withName("p"));
    static final StructLayout LAYOUT = CStruct.of(
            "llama_token_data_array",
            ADDRESS.withName("data"),
            JAVA_LONG.withName("size"),
            JAVA_LONG.withName("selected"),
            JAVA_BOOLEAN.withName("sorted"));

    private static final long ID = CStruct.offset(TOKEN_DATA, "id");
    private static final long LOGIT = CStruct.offset(TOKEN_DATA, "logit");
    private static final long P = CStruct.offset(TOKEN_DATA, "p");
    private static final long DATA = CStruct.offset(LAYOUT, "data");
    private static final long SIZE = CStruct.offset(LAYOUT, "size");
    private static final long SELECTED = CStruct.offset(LAYOUT, "selected");
    private static final long SORTED = CStruct.offset(LAYOUT, "sorted");

    private final MemorySegment struct;
    private final MemorySegment data;
    private final int tokens;

    public LlamaTokenDataArray(SegmentAllocator allocator, int tokens) {
        this.struct = allocator.allocate(LAYOUT);
        this.data = allocator.allocate(TOKEN_DATA, tokens);
        this.tokens = tokens;
    }

    public MemorySegment struct() {
        return struct;
    }

    /// Every token with its logit, in order of id, nothing selected.
    public void fill(MemorySegment logits) {
        for (int token = 0; token < tokens; token++) {
            long offset = TOKEN_DATA.byteSize() * token;
            data.set(JAVA_INT, offset + ID, token);
            data.set(JAVA_FLOAT, offset + LOGIT, logits.getAtIndex(JAVA_FLOAT, token));
            data.set(JAVA_FLOAT, offset + P, 0);
        }
        struct.set(ADDRESS, DATA, data);
        struct.set(JAVA_LONG, SIZE, tokens);
        struct.set(JAVA_LONG, SELECTED, -1);
        struct.set(JAVA_BOOLEAN, SORTED, false);
    }

    public boolean isSelected() {
        long selected = struct.get(JAVA_LONG, SELECTED);
        return selected >= 0 && selected < struct.get(JAVA_LONG, SIZE);
    }

    public int selectedToken() {
        return selected().get(JAVA_INT, ID);
    }

    public float selectedLogit() {
        return selected().get(JAVA_FLOAT, LOGIT);
    }

    /// Samplers may replace the data pointer, so it is read again.
    private MemorySegment selected() {
        long offset = TOKEN_DATA.byteSize() * struct.get(JAVA_LONG, SELECTED);
        return struct.get(ADDRESS, DATA)
                .reinterpret(TOKEN_DATA.byteSize() * struct.get(JAVA_LONG, SIZE))
                .asSlice(offset, TOKEN_DATA.byteSize());
    }
}
