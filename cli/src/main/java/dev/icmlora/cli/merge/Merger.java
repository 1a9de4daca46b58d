package dev.icmlora.cli.merge;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Quantisation;
import dev.icmlora.ggml.TensorInfo;

/// Puts an adapter's changes into a copy of the base model's weights.
///
/// Only the weights that the adapter changes are quantised again; all others are copied byte for byte,
/// because what they lost when they were quantised first does not come back, and a second time would lose
/// more.
final class Merger {
    /// Names the adapter in the merged model.
    static final String ADAPTER_KEY = "icm-lora.merged.adapter";

    private static final String ALIGNMENT_KEY = "general.alignment";

    private final GgufFile base;
    private final Map<String, LowRankUpdate> updates = new HashMap<>();
    private final GgmlType type;

    /// @param type of the changed weights
    /// @throws IllegalArgumentException if an update fits no weight of the base model
    Merger(GgufFile base, List<LowRankUpdate> updates, GgmlType type) {
        this.base = base;
        this.type = type;
        for (LowRankUpdate update : updates) {
            TensorInfo weight = base.tensor(update.weight())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "the adapter changes " + update.weight() + ", which the base model does not have"));
            long[] shape = {update.in(), update.out()};
            if (!Arrays.equals(weight.shape(), shape)) {
                throw new IllegalArgumentException(
                        "the adapter changes a " + Arrays.toString(shape) + ", the base model has " + weight);
            }
            this.updates.put(update.weight(), update);
        }
    }

    /// The merged model.
    ///
    /// @param adapterId named in it
    /// @param progress is called after each of the base model's tensors
    GgufWriter merge(String adapterId, Runnable progress) {
        GgufWriter merged = new GgufWriter();
        base.keys().stream()
                .filter(key -> !key.equals(ALIGNMENT_KEY) && !key.equals(ADAPTER_KEY))
                .forEach(key -> merged.copy(base, key));
        merged.string(ADAPTER_KEY, adapterId);
        for (TensorInfo tensor : base.tensors()) {
            LowRankUpdate update = updates.get(tensor.name());
            if (update == null) {
                merged.tensor(tensor.name(), tensor.type(), tensor.shape(), base.bytes(tensor));
            } else {
                byte[] data = Quantisation.fromFloats(type, changed(base.floats(tensor), update), update.in());
                merged.tensor(tensor.name(), type, tensor.shape(), data);
            }
            progress.run();
        }
        return merged;
    }

    /// `W + factor * B A`, row by row.
    private static float[] changed(float[] weight, LowRankUpdate update) {
        for (int o = 0; o < update.out(); o++) {
            for (int r = 0; r < update.rank(); r++) {
                float b = update.factor() * update.b()[o * update.rank() + r];
                for (int i = 0; i < update.in(); i++) {
                    weight[o * update.in() + i] += b * update.a()[r * update.in() + i];
                }
            }
        }
        return weight;
    }
}
