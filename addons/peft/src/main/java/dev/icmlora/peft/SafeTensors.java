package dev.icmlora.peft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.generator.adapter.InvalidAdapterException;

/// A safetensors file of matrices, read without trusting it: the length of a JSON header, the header, and
/// the data that it describes, each byte of them once.
final class SafeTensors {

    private static final int LONGEST_HEADER = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final ByteBuffer data;
    private final Map<String, Matrix> matrices = new LinkedHashMap<>();

    /// How numbers are stored.
    private enum Type {
        F32(4),
        F16(2),
        BF16(2);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        private float read(ByteBuffer data, int at) {
            return switch (this) {
                case F32 -> data.getFloat(at);
                case F16 -> Float.float16ToFloat(data.getShort(at));
                case BF16 -> Float.intBitsToFloat(data.getShort(at) << Short.SIZE);
            };
        }
    }

    /// @param from where its first byte lies in the data
    /// @param to behind its last byte
    private record Matrix(String name, Type type, int rows, int columns, long from, long to) {}

    private SafeTensors(ByteBuffer data, JsonNode header) {
        this.data = data;
        header.properties().stream()
                .filter(tensor -> !tensor.getKey().equals("__metadata__"))
                .map(tensor -> matrix(tensor.getKey(), tensor.getValue()))
                .forEach(matrix -> matrices.put(matrix.name, matrix));
        requireEachByteOnce();
    }

    /// @throws InvalidAdapterException if it is malformed, or holds anything but matrices of 16-bit or
    /// 32-bit floats
    static SafeTensors parse(byte[] file) {
        var bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        var length = file.length < Long.BYTES ? -1 : bytes.getLong();
        if (length < 0 || length > Math.min(LONGEST_HEADER, file.length - Long.BYTES)) {
            throw malformed("its header does not fit into it");
        }
        try {
            var header = JSON.readTree(file, Long.BYTES, (int) length);
            if (!header.isObject()) {
                throw malformed("its header is no object");
            }
            var start = Long.BYTES + (int) length;
            var data = bytes.slice(start, file.length - start).order(ByteOrder.LITTLE_ENDIAN);
            return new SafeTensors(data, header);
        } catch (IOException e) {
            throw malformed("its header is no JSON");
        }
    }

    private static InvalidAdapterException malformed(String reason) {
        return new InvalidAdapterException(PeftArchive.WEIGHTS, "safetensors", null, "is malformed: " + reason);
    }

    private static Matrix matrix(String name, JsonNode tensor) {
        var shape = numbers(name, tensor.path("shape"));
        var offsets = numbers(name, tensor.path("data_offsets"));
        if (shape.size() != 2 || shape.getFirst() < 1 || shape.getLast() < 1) {
            throw new InvalidAdapterException(name, "2 dimensions", shape, "has the shape " + shape);
        }
        if (offsets.size() != 2) {
            throw new InvalidAdapterException(name, "2 offsets", offsets, "has the data offsets " + offsets);
        }
        var type = type(name, tensor.path("dtype").asText());
        var bytes = shape.getFirst() * shape.getLast() * type.bytes;
        if (offsets.getLast() - offsets.getFirst() != bytes) {
            throw new InvalidAdapterException(
                    name,
                    bytes,
                    offsets.getLast() - offsets.getFirst(),
                    "takes %d bytes, but its offsets are %s".formatted(bytes, offsets));
        }
        return new Matrix(
                name,
                type,
                shape.getFirst().intValue(),
                shape.getLast().intValue(),
                offsets.getFirst(),
                offsets.getLast());
    }

    private static Type type(String name, String given) {
        for (var type : Type.values()) {
            if (type.name().equals(given)) {
                return type;
            }
        }
        throw new InvalidAdapterException(name, List.of(Type.values()), given, "has the type " + given);
    }

    /// Numbers of at most 31 bits, so that two of them can be multiplied.
    private static List<Long> numbers(String name, JsonNode array) {
        List<Long> numbers = new ArrayList<>();
        for (var number : array) {
            if (!number.canConvertToInt() || !number.isIntegralNumber() || number.intValue() < 0) {
                throw new InvalidAdapterException(name, Integer.MAX_VALUE, number.asText(), "holds " + number);
            }
            numbers.add(number.longValue());
        }
        return numbers;
    }

    private void requireEachByteOnce() {
        var end = 0L;
        for (var matrix : matrices.values().stream()
                .sorted(Comparator.comparingLong(Matrix::from))
                .toList()) {
            if (matrix.from != end) {
                var how = matrix.from < end ? "overlaps with another tensor" : "leaves bytes before it unused";
                throw new InvalidAdapterException(matrix.name, end, matrix.from, how);
            }
            end = matrix.to;
        }
        if (end != data.capacity()) {
            throw malformed("its tensors take %d bytes of data, and it has %d".formatted(end, data.capacity()));
        }
    }

    Iterable<String> names() {
        return matrices.keySet();
    }

    int rows(String name) {
        return matrices.get(name).rows;
    }

    int columns(String name) {
        return matrices.get(name).columns;
    }

    /// Row by row.
    float[] values(String name) {
        var matrix = matrices.get(name);
        var values = new float[matrix.rows * matrix.columns];
        for (var i = 0; i < values.length; i++) {
            values[i] = matrix.type.read(data, (int) matrix.from + i * matrix.type.bytes);
        }
        return values;
    }
}
