package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.ggml.Tensor;
import dev.icmlora.llama.ModelWeights;

/// llama.cpp's own tensors of a layer.
record LayerWeights(Tensor attentionNorm, Tensor feedForwardNorm, Map<Module, Tensor> matrices) {
    /// @throws UnsupportedBaseModelException if one is missing
    static LayerWeights of(ModelWeights model, int layer) {
        String prefix = "blk." + layer + ".";
        Map<Module, Tensor> matrices = new EnumMap<>(Module.class);
        for (Module module : Module.values()) {
            matrices.put(module, require(model, prefix + module.file() + ".weight"));
        }
        return new LayerWeights(
                require(model, prefix + "attn_norm.weight"), require(model, prefix + "ffn_norm.weight"), matrices);
    }

    static Tensor require(ModelWeights model, String name) {
        return model.tensor(name).orElseThrow(() -> new UnsupportedBaseModelException("it has no " + name));
    }

    Tensor matrix(Module module) {
        return matrices.get(module);
    }

    List<String> names() {
        List<Tensor> all = new ArrayList<>(matrices.values());
        all.add(attentionNorm);
        all.add(feedForwardNorm);
        return all.stream().map(Tensor::name).toList();
    }
}
