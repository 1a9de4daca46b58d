package dev.icmlora.peft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterFormat;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.llama.NamedTensor;

/// An adapter as PEFT reads it: a zip of `adapter_model.safetensors` and `adapter_config.json`. The same adapter gives
/// the same bytes.
public final class PeftArchive implements AdapterFormat.File {

    static final String CONFIG = "adapter_config.json";
    /// Of the weights, in PEFT's folder.
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("blk\\.(\\d+)\\.(\\w+)\\.weight\\.lora_([ab])");

    private final PeftModel model;
    private final byte[] config;
    private final byte[] header;
    private final List<Matrix> matrices;
    private final long bytes;

    /// @param module GGUF's name
    /// @param data as GGUF has it
    private record Matrix(String name, String module, boolean isB, List<Integer> shape, byte[] data) {}

    /// @throws IllegalArgumentException if the rows of a matrix cannot be those of the model's heads
    public PeftArchive(PeftModel model, Adapter adapter) {
        this.model = model;
        this.matrices = IntStream.range(0, adapter.fixed().size())
                .boxed()
                .flatMap(i ->
                        Stream.of(adapter.fixed().get(i), adapter.generated().get(i)))
                .map(PeftArchive::matrix)
                .toList();
        var counted = new Counted();
        try {
            this.config = config(adapter);
            this.header = header();
            writeTo(counted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.bytes = counted.bytes;
    }

    private static final class Counted extends OutputStream {

        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] b, int offset, int length) {
            bytes += length;
        }
    }

    /// Bytes of the zip.
    @Override
    public long bytes() {
        return bytes;
    }

    /// Writes the zip and closes the stream. Most of it is the adapter's own arrays; of the matrices whose rows stand
    /// otherwise in PEFT's file, one at a time is copied.
    @Override
    public void writeTo(OutputStream out) throws IOException {
        try (var zip = new ZipOutputStream(out)) {
            add(zip, CONFIG, file -> file.write(config));
            add(zip, WEIGHTS, this::writeWeights);
        }
    }

    private static Matrix matrix(NamedTensor tensor) {
        var parts = NAME.matcher(tensor.name());
        if (!parts.matches() || tensor.type() != GgmlType.F16) {
            throw new IllegalStateException("PEFT has no name for " + tensor);
        }
        var module = parts.group(2);
        var name = "base_model.model.model.layers.%s.%s.lora_%s.weight"
                .formatted(
                        parts.group(1),
                        PeftModel.original(module),
                        parts.group(3).toUpperCase(Locale.ROOT));
        // ggml names the fastest dimension first, safetensors last.
        var shape = List.of((int) tensor.shape()[1], (int) tensor.shape()[0]);
        return new Matrix(name, module, parts.group(3).equals("b"), shape, tensor.data());
    }

    private static byte[] ordered(byte[] data, int[] order) {
        var bytes = data.length / order.length;
        var ordered = new byte[data.length];
        for (var row = 0; row < order.length; row++) {
            System.arraycopy(data, order[row] * bytes, ordered, row * bytes, bytes);
        }
        return ordered;
    }

    private byte[] config(Adapter adapter) throws IOException {
        var layout = adapter.layout();
        var config = new LinkedHashMap<String, Object>();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", model.name());
        config.put("r", layout.rank());
        config.put("lora_alpha", layout.alpha());
        config.put(
                "target_modules",
                layout.targets().stream()
                        .map(target -> PeftModel.original(target.module()).replaceFirst(".*\\.", ""))
                        .toList());
        config.put("lora_dropout", 0);
        config.put("bias", "none");
        config.put("fan_in_fan_out", false);
        config.put("inference_mode", true);
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config);
    }

    /// The length of a JSON header, and the header of what follows.
    private byte[] header() throws IOException {
        var header = new LinkedHashMap<String, Object>();
        header.put("__metadata__", Map.of("format", "pt"));
        var offset = 0L;
        for (var matrix : matrices) {
            var end = offset + matrix.data().length;
            var entry = new LinkedHashMap<String, Object>();
            entry.put("dtype", "F16");
            entry.put("shape", matrix.shape());
            entry.put("data_offsets", List.of(offset, end));
            header.put(matrix.name(), entry);
            offset = end;
        }
        var text = JSON.writeValueAsString(header);
        // Data is to begin at a multiple of 8.
        var padded = (text + " ".repeat((8 - text.length() % 8) % 8)).getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + padded.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length)
                .put(padded)
                .array();
    }

    private void writeWeights(OutputStream out) throws IOException {
        out.write(header);
        for (var matrix : matrices) {
            var rows = matrix.shape().getFirst();
            out.write(matrix.isB() ? ordered(matrix.data(), model.rowOrder(matrix.module(), rows)) : matrix.data());
        }
    }

    private interface File {
        void writeTo(OutputStream out) throws IOException;
    }

    /// Stored, and without the time of day: the same adapter gives the same bytes.
    private static void add(ZipOutputStream zip, String name, File file) throws IOException {
        var counted = new Counted();
        var checksum = new CRC32();
        file.writeTo(new CheckedOutputStream(counted, checksum));
        var entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(counted.bytes);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        file.writeTo(zip);
        zip.closeEntry();
    }
}
