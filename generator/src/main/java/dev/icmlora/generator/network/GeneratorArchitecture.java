package dev.icmlora.generator.network;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.GgmlType;

/// The sizes of a generator's networks, and with them the name, type and shape of every tensor in its file.
///
/// ```
/// prior    h = silu(W0 c + b0)                     c: standardised task vector
///          mean = Wm h + bm, log variance = Wv h + bv
/// decoder  t = silu(Wz z + e[layer])               e: one learned row a layer
///          t = layernorm(t + silu(W1 t + b1))
///          dB[layer, module] = head[module] t      reshaped to [out, rank]
/// adapter  B = B0 + strength * dB, A fixed
/// ```
///
/// ICM-LoRA's own decoder is a stack of 1-D convolutions over the flattened weights (section 3.3); one head per module
/// with a shared trunk is the fourth of our departures.
///
/// @param hidden hidden size of the base model
/// @param vectorLayer after how many of its layers the task vector is taken, 1 to all of them
/// @param priorUnits width of the prior network
/// @param latent dimensions of z
/// @param decoderUnits width of the decoder's trunk
/// @param adapter what is generated
public record GeneratorArchitecture(
        int hidden, int vectorLayer, int priorUnits, int latent, int decoderUnits, AdapterLayout adapter) {
    public static final float NORM_EPSILON = 1e-5f;
    private static final int MAX_UNITS = 1 << 16;

    public GeneratorArchitecture {
        check("hidden", hidden);
        check("prior units", priorUnits);
        check("latent", latent);
        check("decoder units", decoderUnits);
        if (vectorLayer < 1 || vectorLayer > adapter.layers()) {
            throw new IllegalArgumentException("vector layer must be 1.." + adapter.layers() + ", is " + vectorLayer);
        }
    }

    /// Type and shape of a tensor; ggml's order, so `ne[0]` is the input dimension of a weight matrix.
    public record TensorSpec(GgmlType type, long... ne) {
        public long elements() {
            long elements = 1;
            for (long n : ne) {
                elements = Math.multiplyExact(elements, n);
            }
            return elements;
        }
    }

    /// Every tensor of the file, in file order.
    public SequencedMap<String, TensorSpec> tensors() {
        int vector = TaskVector.length(hidden);
        SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();
        tensors.put("vector.mean", new TensorSpec(GgmlType.F32, vector));
        tensors.put("vector.deviation", new TensorSpec(GgmlType.F32, vector));
        tensors.putAll(prior());
        // Of training alone: what serves takes the mean.
        tensors.put("prior.log_variance.weight", new TensorSpec(GgmlType.F32, priorUnits, latent));
        tensors.put("prior.log_variance.bias", new TensorSpec(GgmlType.F32, latent));
        tensors.putAll(decoder());
        for (Target target : adapter.targets()) {
            long layers = adapter.layers();
            tensors.put(a(target), new TensorSpec(GgmlType.F16, target.in(), adapter.rank(), layers));
            tensors.put(b0(target), new TensorSpec(GgmlType.F16, adapter.rank(), target.out(), layers));
        }
        return tensors;
    }

    /// What serves of the prior.
    Map<String, TensorSpec> prior() {
        Map<String, TensorSpec> tensors = new LinkedHashMap<>();
        tensors.put("prior.0.weight", new TensorSpec(GgmlType.F16, TaskVector.length(hidden), priorUnits));
        tensors.put("prior.0.bias", new TensorSpec(GgmlType.F32, priorUnits));
        tensors.put("prior.mean.weight", new TensorSpec(GgmlType.F32, priorUnits, latent));
        tensors.put("prior.mean.bias", new TensorSpec(GgmlType.F32, latent));
        return tensors;
    }

    Map<String, TensorSpec> decoder() {
        Map<String, TensorSpec> tensors = new LinkedHashMap<>();
        tensors.put("decoder.latent.weight", new TensorSpec(GgmlType.F32, latent, decoderUnits));
        tensors.put("decoder.layer.bias", new TensorSpec(GgmlType.F32, decoderUnits, adapter.layers()));
        tensors.put("decoder.1.weight", new TensorSpec(GgmlType.F16, decoderUnits, decoderUnits));
        tensors.put("decoder.1.bias", new TensorSpec(GgmlType.F32, decoderUnits));
        tensors.put("decoder.norm.weight", new TensorSpec(GgmlType.F32, decoderUnits));
        tensors.put("decoder.norm.bias", new TensorSpec(GgmlType.F32, decoderUnits));
        for (Target target : adapter.targets()) {
            long outputs = (long) adapter.rank() * target.out();
            tensors.put(head(target), new TensorSpec(GgmlType.F16, decoderUnits, outputs));
        }
        return tensors;
    }

    static String head(Target target) {
        return "decoder.head." + target.module() + ".weight";
    }

    public static String a(Target target) {
        return "adapter." + target.module() + ".a";
    }

    public static String b0(Target target) {
        return "adapter." + target.module() + ".b0";
    }

    private static void check(String what, int value) {
        if (value < 1 || value > MAX_UNITS) {
            throw new IllegalArgumentException(what + " must be 1.." + MAX_UNITS + ", is " + value);
        }
    }
}
