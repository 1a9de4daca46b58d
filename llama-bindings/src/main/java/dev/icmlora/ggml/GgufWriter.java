package dev.icmlora.ggml;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/// Writes GGUF version 3 in a canonical form: little endian, alignment 32, keys and tensors in the order they
/// were added. The same calls give the same bytes on every machine, which is what makes a digest of the file
/// an identity. Not thread-safe.
public final class GgufWriter {
    private static final int VERSION = 3;

    private final Set<String> keys = new HashSet<>();
    private final ByteArrayOutputStream values = new ByteArrayOutputStream();
    private final Map<String, TensorData> tensors = new LinkedHashMap<>();

    private record TensorData(TensorInfo info, byte[] data) {}

    /// An empty file: no keys, no tensors.
    public GgufWriter() {}

    /// @throws IllegalArgumentException if the key is empty or was added before; the same holds for every
    /// value
    public GgufWriter string(String key, String value) {
        byte[] text = utf8(value);
        return put(key, GgufValueType.STRING, Math.addExact(Long.BYTES, text.length), out -> putText(out, text));
    }

    public GgufWriter uint32(String key, int value) {
        return put(key, GgufValueType.UINT32, Integer.BYTES, out -> out.putInt(value));
    }

    public GgufWriter uint64(String key, long value) {
        return put(key, GgufValueType.UINT64, Long.BYTES, out -> out.putLong(value));
    }

    public GgufWriter float32(String key, float value) {
        return put(key, GgufValueType.FLOAT32, Float.BYTES, out -> out.putFloat(value));
    }

    public GgufWriter bool(String key, boolean value) {
        return put(key, GgufValueType.BOOL, 1, out -> out.put((byte) (value ? 1 : 0)));
    }

    public GgufWriter strings(String key, List<String> elements) {
        List<byte[]> texts = elements.stream().map(GgufWriter::utf8).toList();
        int bytes = texts.stream().mapToInt(text -> Long.BYTES + text.length).reduce(0, Math::addExact);
        return putArray(
                key, GgufValueType.STRING, texts.size(), bytes, out -> texts.forEach(text -> putText(out, text)));
    }

    public GgufWriter floats(String key, float[] elements) {
        int bytes = Math.multiplyExact(elements.length, Float.BYTES);
        return putArray(
                key,
                GgufValueType.FLOAT32,
                elements.length,
                bytes,
                out -> out.asFloatBuffer().put(elements));
    }

    public GgufWriter ints(String key, int[] elements) {
        int bytes = Math.multiplyExact(elements.length, Integer.BYTES);
        return putArray(
                key,
                GgufValueType.INT32,
                elements.length,
                bytes,
                out -> out.asIntBuffer().put(elements));
    }

    /// Adds a value of another file, whatever its type.
    ///
    /// @throws IllegalArgumentException if the file has no such key
    public GgufWriter copy(GgufFile file, String key) {
        GgufHeader.Value value = file.value(key).orElseThrow(() -> new IllegalArgumentException("no key " + key));
        byte[] bytes = file.stored(value);
        return value.isArray()
                ? putArray(key, value.type(), Math.toIntExact(value.count()), bytes.length, out -> out.put(bytes))
                : put(key, value.type(), bytes.length, out -> out.put(bytes));
    }

    /// @param shape in ggml order, `shape[0]` contiguous
    /// @param data not copied; must stay unchanged until the file is written
    /// @throws IllegalArgumentException if the name is taken, empty or above 63 bytes, or the data does not
    /// fit type and shape
    public GgufWriter tensor(String name, GgmlType type, long[] shape, byte[] data) {
        TensorInfo info = new TensorInfo(name, type, shape);
        int nameBytes = utf8(name).length;
        if (nameBytes == 0 || nameBytes > GgufHeader.MAX_NAME_BYTES) {
            throw new IllegalArgumentException("tensor names have 1 to 63 bytes: '" + name + "'");
        }
        if (data.length != info.bytes()) {
            throw new IllegalArgumentException(info + " takes " + info.bytes() + " bytes, not " + data.length);
        }
        if (tensors.putIfAbsent(name, new TensorData(info, data)) != null) {
            throw new IllegalArgumentException("tensor was added before: " + name);
        }
        return this;
    }

    /// @throws ArithmeticException if the file would exceed 2 GiB
    public byte[] toBytes() {
        ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(bytes()));
        try {
            writeTo(new OutputStream() {
                @Override
                public void write(int b) {
                    file.put((byte) b);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    file.put(bytes, offset, length);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.array();
    }

    public long bytes() {
        return header().limit()
                + tensors.values().stream()
                        .mapToLong(tensor -> padded(tensor.data.length))
                        .sum();
    }

    /// Writes the file, the tensors from the arrays that they were given in, without a copy.
    public void writeTo(OutputStream out) throws IOException {
        out.write(header().array());
        for (TensorData tensor : tensors.values()) {
            out.write(tensor.data);
            out.write(new byte[(int) padded(tensor.data.length) - tensor.data.length]);
        }
    }

    /// All that comes before the tensors' data, padded to where it begins.
    private ByteBuffer header() {
        int bytes = Math.addExact(Integer.BYTES * 2 + Long.BYTES * 2, values.size());
        for (TensorData tensor : tensors.values()) {
            bytes = Math.addExact(bytes, infoBytes(tensor.info));
        }
        int start = tensors.isEmpty() ? bytes : Math.toIntExact(padded(bytes));
        ByteBuffer out = ByteBuffer.allocate(start).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(GgufHeader.MAGIC)
                .putInt(VERSION)
                .putLong(tensors.size())
                .putLong(keys.size())
                .put(values.toByteArray());
        long offset = 0;
        for (TensorData tensor : tensors.values()) {
            putInfo(out, tensor.info, offset);
            offset += padded(tensor.data.length);
        }
        return out.rewind();
    }

    /// Writes to a temporary file beside `path` and moves it into place, so a reader sees the old file or the
    /// whole new one.
    ///
    /// @throws UncheckedIOException if that fails; no temporary file stays behind
    public void write(Path path) {
        Path target = path.toAbsolutePath();
        try {
            // Not createTempFile, whose files no other user may read.
            Path temporary = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".tmp");
            try {
                try (FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                    writeTo(Channels.newOutputStream(channel));
                    channel.force(true);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }

    private GgufWriter put(String key, GgufValueType type, int valueBytes, Consumer<ByteBuffer> value) {
        byte[] name = utf8(key);
        if (name.length == 0) {
            throw new IllegalArgumentException("empty key");
        }
        if (key.equals(GgufHeader.ALIGNMENT_KEY)) {
            throw new IllegalArgumentException("the canonical form has the default alignment");
        }
        if (!keys.add(key)) {
            throw new IllegalArgumentException("key was added before: " + key);
        }
        int bytes = Math.addExact(Long.BYTES + name.length + Integer.BYTES, valueBytes);
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        value.accept(out.putLong(name.length).put(name).putInt(type.ordinal()));
        values.writeBytes(out.array());
        return this;
    }

    private GgufWriter putArray(
            String key, GgufValueType element, int count, int elementBytes, Consumer<ByteBuffer> elements) {
        int bytes = Math.addExact(Integer.BYTES + Long.BYTES, elementBytes);
        return put(
                key,
                GgufValueType.ARRAY,
                bytes,
                out -> elements.accept(out.putInt(element.ordinal()).putLong(count)));
    }

    private static int infoBytes(TensorInfo info) {
        return Long.BYTES + utf8(info.name()).length + Integer.BYTES * 2 + Long.BYTES * (info.shape().length + 1);
    }

    private static void putInfo(ByteBuffer out, TensorInfo info, long offset) {
        byte[] name = utf8(info.name());
        long[] shape = info.shape();
        putText(out, name);
        out.putInt(shape.length);
        for (long extent : shape) {
            out.putLong(extent);
        }
        out.putInt(info.type().id()).putLong(offset);
    }

    private static long padded(long offset) {
        long alignment = GgufHeader.DEFAULT_ALIGNMENT;
        return offset + alignment - 1 & -alignment;
    }

    private static void putText(ByteBuffer out, byte[] text) {
        out.putLong(text.length).put(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
