package dev.icmlora.ggml;

import static dev.icmlora.ggml.GgufHeader.U32;
import static dev.icmlora.ggml.GgufHeader.U64;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

import dev.icmlora.ggml.GgufHeader.Entry;
import dev.icmlora.ggml.GgufHeader.Value;

/// A GGUF file of version 2 or 3, read by plain Java. The file is never trusted: every count, length and
/// offset is checked against what is really there before it is used, and the only failure is a
/// [GgufFormatException] that names the offset and the reason.
///
/// The header is validated on opening; values and tensor data are decoded when asked for. A file is mapped,
/// not read. Safe for concurrent readers. The mapping belongs to a garbage-collected arena: [#close] gives it
/// up, and it is unmapped once no read in flight holds it, so closing beside a reader cannot crash.
public final class GgufFile implements AutoCloseable {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Map<String, Value> values;
    private final Map<String, Entry> tensors;
    private volatile MemorySegment file;

    private GgufFile(MemorySegment file) {
        GgufHeader header = GgufHeader.parse(file);
        this.values = header.values();
        this.tensors = header.tensors();
        this.file = file;
    }

    /// @throws UncheckedIOException if the file cannot be read
    /// @throws GgufFormatException if it is no well-formed GGUF file
    public static GgufFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new GgufFile(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    /// @throws GgufFormatException if the bytes are no well-formed GGUF file
    public static GgufFile parse(byte[] bytes) {
        return new GgufFile(MemorySegment.ofArray(bytes.clone()).asReadOnly());
    }

    /// Metadata keys in file order.
    public Set<String> keys() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /// @throws GgufFormatException if the value has another type; the same holds for every typed accessor
    public Optional<String> string(String key) {
        Value value = scalar(key, GgufValueType.STRING);
        return value == null ? Optional.empty() : Optional.of(stringAt(file(), value.offset()));
    }

    /// Any integer type; an unsigned 64-bit value above `Long.MAX_VALUE` is refused.
    public OptionalLong integer(String key) {
        Value value = values.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        long number = value.isArray() ? notA(key, value, "integer") : integerAt(key, value, value.offset());
        return OptionalLong.of(number);
    }

    /// A 32-bit or 64-bit floating point value.
    public OptionalDouble real(String key) {
        Value value = values.get(key);
        if (value == null) {
            return OptionalDouble.empty();
        }
        if (!value.isArray() && value.type() == GgufValueType.FLOAT32) {
            return OptionalDouble.of(file().get(F32, value.offset()));
        }
        if (!value.isArray() && value.type() == GgufValueType.FLOAT64) {
            return OptionalDouble.of(file().get(F64, value.offset()));
        }
        return OptionalDouble.of(notA(key, value, "floating point number"));
    }

    /// A 32-bit floating point value and nothing wider, as C accessors demand it.
    public OptionalDouble float32(String key) {
        Value value = scalar(key, GgufValueType.FLOAT32);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(file().get(F32, value.offset()));
    }

    /// An array of strings; empty if the key is absent.
    public List<String> strings(String key) {
        Value value = array(key, GgufValueType.STRING);
        if (value == null) {
            return List.of();
        }
        MemorySegment segment = file();
        List<String> strings = new ArrayList<>(Math.toIntExact(value.count()));
        long offset = value.offset();
        for (long i = 0; i < value.count(); i++) {
            strings.add(stringAt(segment, offset));
            offset += Long.BYTES + segment.get(U64, offset);
        }
        return Collections.unmodifiableList(strings);
    }

    /// An array of 32-bit floats; empty if the key is absent.
    public float[] floats(String key) {
        Value value = array(key, GgufValueType.FLOAT32);
        if (value == null) {
            return new float[0];
        }
        return file().asSlice(value.offset(), value.count() * Float.BYTES).toArray(F32);
    }

    /// An array of any integer type whose elements fit 32 bits; empty if the key is absent.
    public int[] ints(String key) {
        Value value = values.get(key);
        if (value == null) {
            return new int[0];
        }
        if (!value.isArray()) {
            notA(key, value, "array of integers");
        }
        int[] ints = new int[Math.toIntExact(value.count())];
        for (int i = 0; i < ints.length; i++) {
            long offset = value.offset() + (long) i * value.type().minimumBytes;
            long number = integerAt(key, value, offset);
            if (number != (int) number) {
                throw new GgufFormatException(offset, "element " + i + " of " + key + " exceeds 32 bits: " + number);
            }
            ints[i] = (int) number;
        }
        return ints;
    }

    /// A value as it is stored, without its type.
    byte[] stored(Value value) {
        MemorySegment segment = file();
        long end = value.offset();
        for (long i = value.isArray() ? value.count() : 1; i > 0; i--) {
            end += value.type().minimumBytes + (value.type() == GgufValueType.STRING ? segment.get(U64, end) : 0);
        }
        return segment.asSlice(value.offset(), end - value.offset()).toArray(ValueLayout.JAVA_BYTE);
    }

    Optional<Value> value(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /// Tensors in file order.
    public List<TensorInfo> tensors() {
        return tensors.values().stream().map(Entry::info).toList();
    }

    public Optional<TensorInfo> tensor(String name) {
        return Optional.ofNullable(tensors.get(name)).map(Entry::info);
    }

    /// The tensor's bytes as stored.
    ///
    /// @throws IllegalArgumentException if the tensor is not of this file or exceeds 2 GiB
    public byte[] bytes(TensorInfo tensor) {
        return data(tensor, 1).toArray(ValueLayout.JAVA_BYTE);
    }

    /// The same, read-only and without a copy: a part of the file, which stays mapped as long as this is reachable,
    /// after [#close] too.
    public ByteBuffer view(TensorInfo tensor) {
        return data(tensor, 1).asByteBuffer();
    }

    /// The tensor's elements in storage order, de-quantised by ggml where Java has no conversion of its own.
    ///
    /// @throws IllegalArgumentException if the tensor is not of this file, exceeds 2 GiB of floats, or has an
    /// integer or 64-bit type
    public float[] floats(TensorInfo tensor) {
        return floats(tensor.type(), data(tensor, Float.BYTES), Math.toIntExact(tensor.elements()));
    }

    /// One row of the tensor, as [#floats(TensorInfo)] gives all of them: `shape[0]` elements.
    ///
    /// @throws IndexOutOfBoundsException if the tensor has no such row
    /// @throws IllegalArgumentException as [#floats(TensorInfo)], but for the size
    public float[] row(TensorInfo tensor, long row) {
        Entry entry = entry(tensor);
        long elements = tensor.shape()[0];
        Objects.checkIndex(row, elements == 0 ? 0 : tensor.elements() / elements);
        long bytes = tensor.type().bytes(elements);
        return floats(tensor.type(), file().asSlice(entry.offset() + row * bytes, bytes), Math.toIntExact(elements));
    }

    private static float[] floats(GgmlType type, MemorySegment data, int elements) {
        return switch (type) {
            case F32 -> data.toArray(F32);
            case F16 -> Halves.fromF16(data.toArray(ValueLayout.JAVA_BYTE));
            default -> Quantisation.toFloats(type, data, elements);
        };
    }

    private Entry entry(TensorInfo tensor) {
        Entry entry = tensors.get(tensor.name());
        if (entry == null || !entry.info().equals(tensor)) {
            throw new IllegalArgumentException("no such tensor in this file: " + tensor);
        }
        return entry;
    }

    private MemorySegment data(TensorInfo tensor, int bytesPerElement) {
        Entry entry = entry(tensor);
        if (tensor.bytes() > Integer.MAX_VALUE - 8 || tensor.elements() > (Integer.MAX_VALUE - 8) / bytesPerElement) {
            throw new IllegalArgumentException("tensor exceeds 2 GiB: " + tensor);
        }
        return file().asSlice(entry.offset(), tensor.bytes());
    }

    /// Idempotent. Reading values or tensor data afterwards throws [IllegalStateException]; keys and tensor
    /// descriptions stay readable.
    @Override
    public void close() {
        file = null;
    }

    private MemorySegment file() {
        MemorySegment segment = file;
        if (segment == null) {
            throw new IllegalStateException("this GGUF file is closed");
        }
        return segment;
    }

    private Value scalar(String key, GgufValueType type) {
        Value value = values.get(key);
        if (value != null && (value.isArray() || value.type() != type)) {
            notA(key, value, type.toString());
        }
        return value;
    }

    private Value array(String key, GgufValueType element) {
        Value value = values.get(key);
        if (value != null && (!value.isArray() || value.type() != element)) {
            notA(key, value, "array of " + element);
        }
        return value;
    }

    private long integerAt(String key, Value value, long offset) {
        MemorySegment segment = file();
        return switch (value.type()) {
            case UINT8 -> Byte.toUnsignedLong(segment.get(ValueLayout.JAVA_BYTE, offset));
            case INT8 -> segment.get(ValueLayout.JAVA_BYTE, offset);
            case UINT16 -> Short.toUnsignedLong(segment.get(U16, offset));
            case INT16 -> segment.get(U16, offset);
            case UINT32 -> Integer.toUnsignedLong(segment.get(U32, offset));
            case INT32 -> segment.get(U32, offset);
            case INT64 -> segment.get(U64, offset);
            case UINT64 -> {
                long number = segment.get(U64, offset);
                if (number < 0) {
                    throw new GgufFormatException(offset, key + " exceeds 63 bits: " + Long.toUnsignedString(number));
                }
                yield number;
            }
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> notA(key, value, "integer");
        };
    }

    private static long notA(String key, Value value, String wanted) {
        throw new GgufFormatException(value.offset(), key + " is " + value + ", not " + wanted);
    }

    /// The header walk has already checked that length and text lie inside the file.
    private static String stringAt(MemorySegment segment, long offset) {
        long length = segment.get(U64, offset);
        return new String(
                segment.asSlice(offset + Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
