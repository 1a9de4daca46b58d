package dev.icmlora.generator.adapter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufFormatException;
import dev.icmlora.ggml.TensorInfo;

/// Reads the LoRA adapters of llama.cpp, as its converter or this program writes them. The bytes are not
/// trusted.
public final class GgufAdapter {
    private static final Pattern MATRIX =
            Pattern.compile("blk\\.(\\d{1,4})\\.([a-z0-9_]{1,32})\\.weight\\.lora_([ab])");
    private static final String ALPHA = "adapter.lora.alpha";

    private GgufAdapter() {}

    /// The updates in the order in which their first matrices stand in the file.
    ///
    /// @param architecture that of the base model, which the adapter must name
    /// @throws InvalidAdapterException if this is no LoRA for that architecture
    public static List<LowRankUpdate> read(byte[] bytes, String architecture) {
        return read(bytes, architecture, _ -> {});
    }

    /// The same for a file whose updates may be too large for memory.
    ///
    /// @param check takes the shape of each update before its numbers are read, and throws what there is to throw
    public static List<LowRankUpdate> read(byte[] bytes, String architecture, Consumer<LowRankUpdate.Shape> check) {
        try (GgufFile file = GgufFile.parse(bytes)) {
            require(file, "general.type", "adapter");
            require(file, "adapter.type", "lora");
            require(file, "general.architecture", architecture);
            if (file.keys().contains("adapter.alora.invocation_tokens")) {
                throw new InvalidAdapterException(
                        "adapter.alora.invocation_tokens",
                        null,
                        null,
                        "makes it an activated LoRA, which is not served");
            }
            Map<String, Matrices> pairs = new LinkedHashMap<>();
            for (TensorInfo tensor : file.tensors()) {
                Matcher name = requireName(tensor);
                Matrices pair = pairs.computeIfAbsent(
                        name.group(1) + "." + name.group(2),
                        key -> new Matrices(Integer.parseInt(name.group(1)), name.group(2)));
                if (name.group(3).equals("a")) {
                    pair.a = tensor;
                } else {
                    pair.b = tensor;
                }
            }
            List<LowRankUpdate> updates = new ArrayList<>();
            float alpha = alpha(file);
            pairs.values().forEach(pair -> updates.add(pair.update(file, alpha, check)));
            return updates;
        } catch (GgufFormatException e) {
            throw new InvalidAdapterException("", "GGUF", null, "is no well-formed GGUF file: " + e.getMessage());
        }
    }

    private static void require(GgufFile file, String key, String wanted) {
        String found = file.string(key).orElse(null);
        if (!wanted.equals(found)) {
            throw new InvalidAdapterException(key, wanted, found, "is " + found + ", not " + wanted);
        }
    }

    private static float alpha(GgufFile file) {
        float alpha = (float) file.float32(ALPHA)
                .orElseThrow(() -> new InvalidAdapterException(ALPHA, "a 32-bit float", null, "is missing"));
        if (!Float.isFinite(alpha)) {
            throw new InvalidAdapterException(ALPHA, "a finite number", Float.toString(alpha), "is " + alpha);
        }
        return alpha;
    }

    private static Matcher requireName(TensorInfo tensor) {
        Matcher name = MATRIX.matcher(tensor.name());
        if (!name.matches()) {
            throw new InvalidAdapterException(
                    tensor.name(), "blk.N.MODULE.weight.lora_a or lora_b", null, "is no matrix of a layer's module");
        }
        if (tensor.shape().length != 2 || tensor.elements() == 0) {
            throw new InvalidAdapterException(tensor.name(), "2 dimensions", null, "has no two dimensions: " + tensor);
        }
        if (tensor.type() != GgmlType.F32 && tensor.type() != GgmlType.F16 && tensor.type() != GgmlType.BF16) {
            throw new InvalidAdapterException(
                    tensor.name(), "F32, F16 or BF16", tensor.type().name(), "has the type " + tensor.type());
        }
        return name;
    }

    private static final class Matrices {
        private final int layer;
        private final String module;
        private TensorInfo a;
        private TensorInfo b;

        private Matrices(int layer, String module) {
            this.layer = layer;
            this.module = module;
        }

        private LowRankUpdate update(GgufFile file, float alpha, Consumer<LowRankUpdate.Shape> check) {
            String weight = AdapterLayout.weight(layer, module);
            if (a == null || b == null) {
                throw new InvalidAdapterException(
                        weight, "lora_a and lora_b", null, "has only one of its two matrices");
            }
            long rank = a.shape()[1];
            if (b.shape()[0] != rank) {
                throw new InvalidAdapterException(
                        weight, rank, b.shape()[0], "has an A of rank " + rank + ", but a B of rank " + b.shape()[0]);
            }
            // Both lie in the file whole, so that their sizes are small enough to be multiplied.
            int r = Math.toIntExact(rank);
            // As llama.cpp has it, an alpha of 0 is none.
            float factor = alpha == 0 ? 1 : alpha / r;
            int in = Math.toIntExact(a.shape()[0]);
            int out = Math.toIntExact(b.shape()[1]);
            check.accept(new LowRankUpdate.Shape(layer, module, r, in, out));
            return new LowRankUpdate(layer, module, r, in, out, factor, file.floats(a), file.floats(b));
        }
    }
}
