package dev.icmlora.ggml;

/// `enum gguf_type` (`gguf.h`): the ordinal is the id in the file.
enum GgufValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8),
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private static final GgufValueType[] BY_ID = values();

    /// Bytes of one value; for strings and arrays the least that one takes.
    final int minimumBytes;

    GgufValueType(int minimumBytes) {
        this.minimumBytes = minimumBytes;
    }

    static GgufValueType of(int id, long offset) {
        if (id < 0 || id >= BY_ID.length) {
            throw new GgufFormatException(offset, "unknown value type " + id);
        }
        return BY_ID[id];
    }
}
