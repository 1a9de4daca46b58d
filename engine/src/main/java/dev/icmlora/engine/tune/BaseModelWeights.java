package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.icmlora.engine.tune.Architecture.Norm;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelWeights;

/// llama.cpp's own tensors of a base model, when they are all that a graph needs and none besides.
///
/// @param embeddings of tokens
/// @param outputNorm before the output matrix
/// @param output of the vocabulary; named as the embeddings are where the model has no other
/// @param ropeDivisors of the angles of positions, if the model has them
public record BaseModelWeights(
        BaseModelShape shape,
        List<LayerWeights> layers,
        Tensor embeddings,
        Tensor outputNorm,
        Tensor output,
        Optional<Tensor> ropeDivisors) {
    private static final String EMBEDDINGS = "token_embd.weight";
    private static final String OUTPUT_NORM = "output_norm.weight";
    private static final String ROPE_DIVISORS = "rope_freqs.weight";

    public BaseModelWeights {
        layers = List.copyOf(layers);
    }

    /// @param model which must outlive the tensors
    /// @throws UnsupportedBaseModelException if it is of another architecture or a variant of it, a tensor is
    /// missing or of another shape, or there is one that a graph would leave out
    public static BaseModelWeights of(LlamaModel model) {
        BaseModelShape shape = BaseModelShape.of(model);
        ModelWeights own = ModelWeights.of(model);
        RequiredTensors tensors = new RequiredTensors(own);
        List<LayerWeights> layers = new ArrayList<>();
        Set<String> unknown = own.names();
        List.of(EMBEDDINGS, OUTPUT_NORM, ROPE_DIVISORS).forEach(unknown::remove);
        for (int layer = 0; layer < shape.layers(); layer++) {
            LayerWeights weights = LayerWeights.of(tensors, shape, layer);
            weights.names().forEach(unknown::remove);
            layers.add(weights);
        }
        if (!unknown.isEmpty()) {
            throw new UnsupportedBaseModelException("it has weights that the graph does not use, such as "
                    + unknown.iterator().next());
        }
        long vocabulary = tensors.rows(EMBEDDINGS);
        return new BaseModelWeights(
                shape,
                layers,
                tensors.matrix(EMBEDDINGS, shape.width(), vocabulary),
                tensors.vector(OUTPUT_NORM, shape.width()),
                RequiredTensors.shaped(own.output(), shape.width(), vocabulary),
                tensors.optionalVector(ROPE_DIVISORS, shape.rope().pairs()));
    }

    /// llama.cpp's own tensors of a layer.
    ///
    /// @param norms those that the architecture has
    /// @param matrices all modules
    /// @param biases those that the file has
    public record LayerWeights(Map<Norm, Tensor> norms, Map<Module, Tensor> matrices, Map<Module, Tensor> biases) {
        /// @throws UnsupportedBaseModelException if one is missing, or of another shape
        static LayerWeights of(RequiredTensors tensors, BaseModelShape shape, int layer) {
            String prefix = "blk." + layer + ".";
            Map<Norm, Tensor> norms = new EnumMap<>(Norm.class);
            for (Norm norm : shape.architecture().norms()) {
                norms.put(norm, tensors.vector(prefix + norm.file() + ".weight", shape.size(norm)));
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

    /// Tensors of a model as a graph needs them. All methods throw [UnsupportedBaseModelException] for one that is
    /// missing, or of another shape or type.
    private record RequiredTensors(ModelWeights model) {
        /// Of any type that ggml multiplies with.
        Tensor matrix(String name, long in, long out) {
            return shaped(require(name), in, out);
        }

        Tensor vector(String name, long size) {
            return vector(require(name), size);
        }

        /// Empty if the model has none.
        Optional<Tensor> optionalVector(String name, long size) {
            return model.tensor(name).map(found -> vector(found, size));
        }

        /// Of a matrix: the features that come out of it.
        long rows(String name) {
            long[] shape = require(name).shape();
            return shape[shape.length - 1];
        }

        static Tensor shaped(Tensor tensor, long... wanted) {
            if (!Arrays.equals(tensor.shape(), wanted)) {
                throw new UnsupportedBaseModelException(tensor.name() + " is of " + Arrays.toString(tensor.shape())
                        + ", and its other sizes want " + Arrays.toString(wanted));
            }
            return tensor;
        }

        private static Tensor vector(Tensor found, long size) {
            if (found.type() != GgmlType.F32) {
                throw new UnsupportedBaseModelException(found.name() + " is " + found.type() + ", and vectors are F32");
            }
            return shaped(found, size);
        }

        private Tensor require(String name) {
            return model.tensor(name).orElseThrow(() -> new UnsupportedBaseModelException("it has no " + name));
        }
    }
}
