package dev.icmlora.generator.adapter.peft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.TensorInfo;

/// Writes an adapter as PEFT reads it: a zip of `adapter_model.safetensors` and `adapter_config.json`.
public record PeftArchive(PeftModel model) {

    static final String CONFIG = "adapter_config.json";
    /// Of the weights, in PEFT's folder.
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("blk\\.(\\d+)\\.(\\w+)\\.weight\\.lora_([ab])");

    private record Matrix(String name, List<Integer> shape, byte[] data) {}

    /// The same adapter gives the same bytes.
    public byte[] of(Adapter adapter) {
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip);
                var file = GgufFile.parse(adapter.gguf())) {
            var matrices =
                    file.tensors().stream().map(tensor -> matrix(tensor, file)).toList();
            add(out, CONFIG, config(adapter));
            add(out, WEIGHTS, safetensors(matrices));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zip.toByteArray();
    }

    private Matrix matrix(TensorInfo tensor, GgufFile file) {
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
        var rows = (int) tensor.shape()[1];
        var columns = (int) tensor.shape()[0];
        var data = file.bytes(tensor);
        return new Matrix(
                name,
                List.of(rows, columns),
                parts.group(3).equals("b") ? ordered(data, model.rowOrder(module, rows)) : data);
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

    /// The length of a JSON header, the header, and the data that it describes.
    private static byte[] safetensors(List<Matrix> matrices) throws IOException {
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
        var out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length)
                .array());
        out.write(padded);
        for (var matrix : matrices) {
            out.write(matrix.data());
        }
        return out.toByteArray();
    }

    /// Stored, and without the time of day: the same adapter gives the same bytes.
    private static void add(ZipOutputStream zip, String name, byte[] data) throws IOException {
        var checksum = new CRC32();
        checksum.update(data);
        var entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(data.length);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
