package dev.icmlora.ggml;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads a GGUF header in one checked walk. Nothing is allocated from a number in the file before the bytes it
/// promises are known to exist.
record GgufHeader(Map<String, Value> values, Map<String, Entry> tensors) {
    static final int MAGIC = 0x46554747; // "GGUF", little endian
    static final int DEFAULT_ALIGNMENT = 32;
    static final String ALIGNMENT_KEY = "general.alignment";

    /// `GGML_MAX_NAME` of ggml.h, which counts the terminating zero.
    static final int MAX_NAME_BYTES = 63;

    private static final int MAX_KEY_BYTES = 65_535; // the GGUF specification
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Where a value lies. For an array, `type` is the element type and `count` the number of elements;
    /// otherwise `count` is -1.
    record Value(GgufValueType type, long count, long offset) {
        boolean isArray() {
            return count >= 0;
        }

        @Override
        public String toString() {
            return isArray() ? "array of " + type : type.toString();
        }
    }

    record Entry(TensorInfo info, long offset) {}

    static GgufHeader parse(MemorySegment file) {
        return new Walk(file).header();
    }

    private static final class Walk {
        private final MemorySegment file;
        private final long size;
        private long at;

        Walk(MemorySegment file) {
            this.file = file;
            this.size = file.byteSize();
        }

        GgufHeader header() {
            if (u32("magic") != MAGIC) {
                throw new GgufFormatException(0, "magic is not GGUF");
            }
            int version = u32("version");
            if (version != 2 && version != 3) {
                throw new GgufFormatException(
                        4, "version " + Integer.toUnsignedString(version) + " is neither 2 nor 3");
            }
            long tensorCount = count("tensor count", Long.BYTES + Integer.BYTES + Integer.BYTES + Long.BYTES);
            long valueCount = count("value count", Long.BYTES + Integer.BYTES + 1);
            Map<String, Value> values = values(valueCount);
            return new GgufHeader(values, tensors(tensorCount, alignment(values)));
        }

        private Map<String, Value> values(long count) {
            Map<String, Value> values = new LinkedHashMap<>();
            for (long i = 0; i < count; i++) {
                long start = at;
                String key = name("key", MAX_KEY_BYTES);
                if (values.put(key, value()) != null) {
                    throw new GgufFormatException(start, "key appears twice: " + key);
                }
            }
            return values;
        }

        private Value value() {
            GgufValueType type = GgufValueType.of(u32("value type"), at - Integer.BYTES);
            if (type != GgufValueType.ARRAY) {
                long offset = at;
                skipValue(type);
                return new Value(type, -1, offset);
            }
            GgufValueType element = GgufValueType.of(u32("element type"), at - Integer.BYTES);
            if (element == GgufValueType.ARRAY) {
                throw new GgufFormatException(at - Integer.BYTES, "arrays of arrays are not allowed");
            }
            long count = count("array length", element.minimumBytes);
            if (count > Integer.MAX_VALUE - 8) {
                throw new GgufFormatException(at - Long.BYTES, "array of " + count + " elements is too long");
            }
            long offset = at;
            if (element == GgufValueType.STRING || element == GgufValueType.BOOL) {
                for (long i = 0; i < count; i++) {
                    skipValue(element);
                }
            } else {
                skip(count * element.minimumBytes, "array");
            }
            return new Value(element, count, offset);
        }

        private void skipValue(GgufValueType type) {
            switch (type) {
                case STRING -> skip(count("string length", 1), "string");
                case BOOL -> {
                    require(1, "boolean");
                    byte value = file.get(ValueLayout.JAVA_BYTE, at);
                    if (value != 0 && value != 1) {
                        throw new GgufFormatException(at, "boolean is neither 0 nor 1");
                    }
                    at++;
                }
                default -> skip(type.minimumBytes, "value");
            }
        }

        private long alignment(Map<String, Value> values) {
            Value value = values.get(ALIGNMENT_KEY);
            if (value == null) {
                return DEFAULT_ALIGNMENT;
            }
            if (value.isArray() || value.type() != GgufValueType.UINT32) {
                throw new GgufFormatException(value.offset(), ALIGNMENT_KEY + " is " + value + ", not UINT32");
            }
            long alignment = Integer.toUnsignedLong(file.get(U32, value.offset()));
            if (Long.bitCount(alignment) != 1) {
                throw new GgufFormatException(value.offset(), "alignment " + alignment + " is no power of two");
            }
            return alignment;
        }

        private Map<String, Entry> tensors(long count, long alignment) {
            Map<String, Entry> relative = new LinkedHashMap<>();
            long end = 0;
            for (long i = 0; i < count; i++) {
                long start = at;
                TensorInfo info = tensorInfo();
                long offset = u64("tensor offset");
                if (offset != end) {
                    throw new GgufFormatException(
                            at - Long.BYTES,
                            "tensor " + info.name() + " lies at " + Long.toUnsignedString(offset) + ", expected "
                                    + end);
                }
                if (info.bytes() > size || offset > size) {
                    throw new GgufFormatException(start, "tensor " + info + " does not fit into the file");
                }
                end = padded(offset + info.bytes(), alignment);
                if (relative.put(info.name(), new Entry(info, offset)) != null) {
                    throw new GgufFormatException(start, "tensor appears twice: " + info.name());
                }
            }
            long data = padded(at, alignment);
            Map<String, Entry> tensors = new LinkedHashMap<>();
            for (Entry entry : relative.values()) {
                long offset = data + entry.offset();
                if (offset > size || entry.info().bytes() > size - offset) {
                    throw new GgufFormatException(
                            offset, "tensor " + entry.info() + " ends beyond the file of " + size + " bytes");
                }
                tensors.put(entry.info().name(), new Entry(entry.info(), offset));
            }
            return tensors;
        }

        private TensorInfo tensorInfo() {
            String name = name("tensor name", MAX_NAME_BYTES);
            long start = at;
            int dimensions = u32("dimension count");
            if (dimensions < 1 || dimensions > 4) {
                throw new GgufFormatException(
                        start,
                        "tensor " + name + " has " + Integer.toUnsignedString(dimensions) + " dimensions, not 1 to 4");
            }
            long[] shape = new long[dimensions];
            for (int i = 0; i < dimensions; i++) {
                shape[i] = u64("dimension");
            }
            int type = u32("tensor type");
            try {
                return new TensorInfo(name, GgmlType.of(type), shape);
            } catch (IllegalArgumentException e) {
                throw new GgufFormatException(start, "tensor " + name + ": " + e.getMessage());
            }
        }

        private static long padded(long offset, long alignment) {
            return (offset + alignment - 1) & -alignment;
        }

        /// A count of things that take at least `minimumBytes` each; refused if the rest of the file cannot
        /// hold them.
        private long count(String what, int minimumBytes) {
            long count = u64(what);
            if (count < 0 || count > (size - at) / minimumBytes) {
                throw new GgufFormatException(
                        at - Long.BYTES, what + " " + Long.toUnsignedString(count) + " exceeds what the file can hold");
            }
            return count;
        }

        private String name(String what, int maxBytes) {
            long start = at;
            long length = count(what + " length", 1);
            if (length == 0 || length > maxBytes) {
                throw new GgufFormatException(start, what + " of " + length + " bytes, allowed are 1 to " + maxBytes);
            }
            byte[] bytes = file.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
            at += length;
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new GgufFormatException(start, what + " is not UTF-8");
            }
        }

        private int u32(String what) {
            require(Integer.BYTES, what);
            int value = file.get(U32, at);
            at += Integer.BYTES;
            return value;
        }

        private long u64(String what) {
            require(Long.BYTES, what);
            long value = file.get(U64, at);
            at += Long.BYTES;
            return value;
        }

        private void skip(long bytes, String what) {
            require(bytes, what);
            at += bytes;
        }

        private void require(long bytes, String what) {
            if (bytes > size - at) {
                throw new GgufFormatException(at, "file ends inside " + what);
            }
        }
    }
}
