package dev.icmlora.peft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/// A LoRA as PEFT saves it, made by hand, and every way to make it wrong.
public final class PeftFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> config = new LinkedHashMap<>();
    private final Map<String, Object> header = new LinkedHashMap<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    private PeftFiles(int rank, double alpha) {
        config.put("peft_type", "LORA");
        config.put("r", rank);
        config.put("lora_alpha", alpha);
    }

    public static PeftFiles of(int rank, double alpha) {
        return new PeftFiles(rank, alpha);
    }

    public PeftFiles setting(String name, Object value) {
        config.put(name, value);
        return this;
    }

    /// A matrix of 32-bit floats.
    public PeftFiles matrix(String name, int rows, int columns, float... values) {
        var bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        var from = data.size();
        data.writeBytes(bytes.array());
        return entry(name, "F32", List.of(rows, columns), List.of(from, data.size()));
    }

    /// An entry of the header, with nothing behind it.
    public PeftFiles entry(String name, String type, List<?> shape, List<?> offsets) {
        header.put(name, Map.of("dtype", type, "shape", shape, "data_offsets", offsets));
        return this;
    }

    public byte[] zip() {
        return zip(Map.of(PeftArchive.CONFIG, json(config), PeftArchive.WEIGHTS, weights()));
    }

    public byte[] weights() {
        return weights(json(header), data.toByteArray());
    }

    static byte[] weights(byte[] header, byte[] data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data)
                .array();
    }

    byte[] config() {
        return json(config);
    }

    public static byte[] zip(Map<String, byte[]> files) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes, UTF_8)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
