package dev.icmlora.engine.tune;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.icmlora.ggml.Tensor;
import dev.icmlora.llama.ModelWeights;

/// llama.cpp's own tensors of a layer.
///
/// @param norms those that the architecture has
/// @param matrices all modules
/// @param biases those that the file has
public record LayerWeights(Map<Norm, Tensor> norms, Map<Module, Tensor> matrices, Map<Module, Tensor> biases) {
    /// @throws UnsupportedBaseModelException if one is missing, or of another shape
    static LayerWeights of(ModelWeights model, BaseModelShape shape, int layer) {
        RequiredTensors tensors = new RequiredTensors(model);
        String prefix = "blk." + layer + ".";
        Map<Norm, Tensor> norms = new EnumMap<>(Norm.class);
        for (Norm norm : shape.architecture().norms()) {
            norms.put(norm, tensors.vector(prefix + norm.file() + ".weight", size(norm, shape)));
        }
        Map<Module, Tensor> matrices = new EnumMap<>(Module.class);
        Map<Module, Tensor> biases = new EnumMap<>(Module.class);
        long inner = tensors.rows(prefix + Module.GATE.file() + ".weight");
        for (Module module : Module.values()) {
            String name = prefix + module.file();
            long out = module.out(shape, inner);
            matrices.put(module, tensors.matrix(name + ".weight", module.in(shape, inner), out));
            tensors.optionalVector(name + ".bias", out).ifPresent(bias -> biases.put(module, bias));
        }
        return new LayerWeights(norms, matrices, biases);
    }

    private static int size(Norm norm, BaseModelShape shape) {
        return switch (norm) {
            case QUERY, KEY -> shape.headSize();
            case ATTENTION, ATTENTION_RESULT, FEED_FORWARD, FEED_FORWARD_RESULT -> shape.width();
        };
    }

    public Optional<Tensor> norm(Norm norm) {
        return Optional.ofNullable(norms.get(norm));
    }

    public Tensor matrix(Module module) {
        return matrices.get(module);
    }

    public Optional<Tensor> bias(Module module) {
        return Optional.ofNullable(biases.get(module));
    }

    List<String> names() {
        return Stream.of(norms, matrices, biases)
                .map(Map::values)
                .flatMap(Collection::stream)
                .map(Tensor::name)
                .toList();
    }
}
