package dev.icmlora.peft;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.ZipInputStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.generator.adapter.InvalidAdapterException;
import dev.icmlora.generator.adapter.LowRankUpdate;

/// Reads a LoRA that PEFT saved: two files in a zip. Nothing in them is trusted, and nothing is written to a disk.
///
/// @param largestBytes of both files together, once unpacked
public record PeftReader(PeftModel model, long largestBytes) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> FILES = List.of(PeftArchive.CONFIG, PeftArchive.WEIGHTS);
    private static final Pattern NAME = Pattern.compile(
            "base_model\\.model\\.model\\.layers\\.(\\d{1,4})\\.((?:self_attn|mlp)\\.\\w{1,32})\\.lora_([AB])\\.weight");

    /// Settings that change what the weights mean; absent, null, false, empty and `none` are fine.
    private static final List<String> UNSERVED = List.of(
            "bias",
            "fan_in_fan_out",
            "modules_to_save",
            "rank_pattern",
            "alpha_pattern",
            "layer_replication",
            "trainable_token_indices",
            "target_parameters",
            "lora_bias",
            "alora_invocation_tokens");

    /// Ways to begin a training that leave the base model as it is.
    private static final List<String> STARTS = List.of("true", "false", "null", "gaussian", "eva", "orthogonal", "");

    /// Enough to name each module of each layer: a tree of JSON takes many times the memory of its text.
    private static final int LARGEST_CONFIG = 1 << 16;

    /// The updates, with the rows in GGUF's order.
    ///
    /// @throws InvalidAdapterException if it is no LoRA, or one whose settings are not served
    public List<LowRankUpdate> read(byte[] zip) {
        return read(zip, _ -> {});
    }

    /// The same for a file whose updates may be too large for memory.
    ///
    /// @param check is told the shape of each update before its numbers are read, and throws what there is to throw
    public List<LowRankUpdate> read(byte[] zip, Consumer<LowRankUpdate.Shape> check) {
        var files = unpack(zip);
        var config = config(files.get(PeftArchive.CONFIG));
        return updates(config, SafeTensors.parse(files.get(PeftArchive.WEIGHTS)), check);
    }

    private Map<String, byte[]> unpack(byte[] zip) {
        var files = new HashMap<String, byte[]>();
        var room = largestBytes;
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                var name = entry.getName();
                if (!FILES.contains(name)) {
                    throw new InvalidAdapterException("", FILES, name, "holds a file of another name");
                }
                var bytes = in.readNBytes((int) Math.min(room + 1, Integer.MAX_VALUE - 8));
                room -= bytes.length;
                if (room < 0) {
                    throw new InvalidAdapterException(
                            name, largestBytes, null, "unpacks to more than the limit of " + largestBytes + " bytes");
                }
                if (files.put(name, bytes) != null) {
                    throw new InvalidAdapterException(name, null, null, "is there twice");
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidAdapterException("", "zip", null, "is no well-formed zip file: " + e.getMessage());
        }
        for (var name : FILES) {
            if (!files.containsKey(name)) {
                throw new InvalidAdapterException(name, null, null, "is missing in the zip");
            }
        }
        return files;
    }

    private static JsonNode config(byte[] file) {
        if (file.length > LARGEST_CONFIG) {
            throw new InvalidAdapterException(
                    PeftArchive.CONFIG,
                    LARGEST_CONFIG,
                    file.length,
                    "is larger than %d bytes".formatted(LARGEST_CONFIG));
        }
        try {
            var config = JSON.readTree(file);
            if (!config.isObject()) {
                throw new InvalidAdapterException(PeftArchive.CONFIG, "an object", null, "is no JSON object");
            }
            if (!config.path("peft_type").asText().equals("LORA")) {
                throw refused("peft_type", "LORA", config);
            }
            var rank = config.path("r");
            if (!rank.isIntegralNumber() || !rank.canConvertToInt() || rank.intValue() < 1) {
                throw refused("r", "a positive integer", config);
            }
            if (!config.path("lora_alpha").isNumber()) {
                throw refused("lora_alpha", "a number", config);
            }
            if (!STARTS.contains(config.path("init_lora_weights").asText())) {
                throw refused("init_lora_weights", STARTS, config);
            }
            for (var setting : UNSERVED) {
                requireUnset(setting, config);
            }
            for (var setting : config.properties()) {
                if (setting.getKey().startsWith("use_") && !setting.getKey().equals("use_rslora")) {
                    requireUnset(setting.getKey(), config);
                }
            }
            return config;
        } catch (IOException e) {
            throw new InvalidAdapterException(PeftArchive.CONFIG, "JSON", null, "is not well-formed JSON");
        }
    }

    private static void requireUnset(String setting, JsonNode config) {
        var value = config.path(setting);
        var unset = value.isMissingNode()
                || value.isNull()
                || value.isContainerNode() && value.isEmpty()
                || List.of("false", "none").contains(value.asText());
        if (!unset) {
            throw refused(setting, null, config);
        }
    }

    private static InvalidAdapterException refused(String setting, Object limit, JsonNode config) {
        var value = config.path(setting).toString();
        return new InvalidAdapterException(
                PeftArchive.CONFIG, limit, value, "has %s = %s, which is not served".formatted(setting, value));
    }

    private List<LowRankUpdate> updates(JsonNode config, SafeTensors tensors, Consumer<LowRankUpdate.Shape> check) {
        var layers = new LinkedHashMap<String, Pair>();
        for (var name : tensors.names()) {
            var parts = NAME.matcher(name);
            if (!parts.matches()) {
                throw new InvalidAdapterException(
                        name, NAME.pattern(), null, "is no matrix of a module of LlamaForCausalLM's layers");
            }
            var pair = layers.computeIfAbsent(
                    parts.group(1) + "." + parts.group(2),
                    key -> new Pair(Integer.parseInt(parts.group(1)), parts.group(2)));
            if (parts.group(3).equals("A")) {
                pair.a = name;
            } else {
                pair.b = name;
            }
        }
        var updates = new ArrayList<LowRankUpdate>();
        layers.values().forEach(pair -> updates.add(update(pair, config, tensors, check)));
        return updates;
    }

    private static final class Pair {
        private final int layer;
        private final String module;
        private String a;
        private String b;

        private Pair(int layer, String module) {
            this.layer = layer;
            this.module = module;
        }
    }

    private LowRankUpdate update(Pair pair, JsonNode config, SafeTensors tensors, Consumer<LowRankUpdate.Shape> check) {
        if (pair.a == null || pair.b == null) {
            var there = pair.a == null ? pair.b : pair.a;
            throw new InvalidAdapterException(there, "lora_A and lora_B", null, "comes without its other matrix");
        }
        var rank = config.path("r").intValue();
        if (tensors.rows(pair.a) != rank || tensors.columns(pair.b) != rank) {
            throw new InvalidAdapterException(
                    pair.a,
                    rank,
                    List.of(tensors.rows(pair.a), tensors.columns(pair.b)),
                    "and its lora_B have the ranks %d and %d, but r is %d"
                            .formatted(tensors.rows(pair.a), tensors.columns(pair.b), rank));
        }
        var alpha = config.path("lora_alpha").floatValue();
        var rows = tensors.rows(pair.b);
        try {
            var module = PeftModel.gguf(pair.module);
            check.accept(new LowRankUpdate.Shape(pair.layer, module, rank, tensors.columns(pair.a), rows));
            return new LowRankUpdate(
                    pair.layer,
                    module,
                    rank,
                    tensors.columns(pair.a),
                    rows,
                    config.path("use_rslora").asBoolean() ? alpha / (float) Math.sqrt(rank) : alpha / rank,
                    tensors.values(pair.a),
                    reordered(tensors.values(pair.b), rank, model.rowOrder(module, rows)));
        } catch (IllegalArgumentException e) {
            throw new InvalidAdapterException(pair.b, null, null, "does not fit the base model: " + e.getMessage());
        }
    }

    private static float[] reordered(float[] rows, int length, int[] order) {
        var reordered = new float[rows.length];
        for (var row = 0; row < order.length; row++) {
            System.arraycopy(rows, row * length, reordered, order[row] * length, length);
        }
        return reordered;
    }
}
