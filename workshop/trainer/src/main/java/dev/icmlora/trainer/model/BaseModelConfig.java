package dev.icmlora.trainer.model;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

import dev.icmlora.engine.tune.BaseModelShape;
import dev.icmlora.engine.tune.BaseModelWeights;
import dev.icmlora.engine.tune.BaseModelWeights.LayerWeights;
import dev.icmlora.engine.tune.Module;
import dev.icmlora.engine.tune.UnsupportedBaseModelException;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.llama.LlamaModel;

/// The sizes of a base model, and what adapters may change in it.
///
/// @param modules the matrices of a layer, in the order of the forward pass
public record BaseModelConfig(BaseModelShape shape, List<Target> modules) {
    /// GGUF names of the matrices of a layer, in the order of the forward pass.
    public static final List<String> MODULES =
            Arrays.stream(Module.values()).map(Module::file).toList();

    /// @throws IllegalArgumentException when its layers differ in size
    static BaseModelConfig of(BaseModelWeights weights) {
        List<Target> modules = targets(weights.layers().getFirst());
        for (LayerWeights layer : weights.layers()) {
            if (!targets(layer).equals(modules)) {
                throw new IllegalArgumentException("a generator cannot be trained for this base model: its layers"
                        + " differ in size, and a generator's adapters change all layers alike");
            }
        }
        return new BaseModelConfig(weights.shape(), modules);
    }

    /// llama.cpp's own tensors.
    ///
    /// @throws IllegalArgumentException when they are not those of a model that can be trained through
    static BaseModelWeights weights(LlamaModel model) {
        try {
            return BaseModelWeights.of(model);
        } catch (UnsupportedBaseModelException e) {
            throw new IllegalArgumentException("a generator cannot be trained for this base model: " + e.reason(), e);
        }
    }

    private static List<Target> targets(LayerWeights layer) {
        return Arrays.stream(Module.values())
                .map(module -> target(module, layer.matrix(module).shape()))
                .toList();
    }

    private static Target target(Module module, long[] shape) {
        return new Target(module.file(), Math.toIntExact(shape[0]), Math.toIntExact(shape[1]));
    }

    /// The layout of adapters of some modules of every layer, in the order of the forward pass.
    ///
    /// @throws IllegalArgumentException when there is no such module, or no such rank
    public AdapterLayout layout(Collection<String> names, int rank, float alpha) {
        requireModules(names);
        List<Target> targets = modules.stream()
                .filter(target -> names.contains(target.module()))
                .toList();
        return new AdapterLayout(shape.architecture().name(), shape.layers(), rank, alpha, targets);
    }

    /// @throws IllegalArgumentException when one of them is the name of no module
    public static void requireModules(Collection<String> names) {
        for (String name : names) {
            if (!MODULES.contains(name)) {
                throw new IllegalArgumentException(
                        "\"%s\" is no module of a layer; there are %s".formatted(name, String.join(", ", MODULES)));
            }
        }
    }
}
