package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    /// missing or of another shape, there is one that a graph would leave out, or they were repacked when it
    /// was loaded
    public static BaseModelWeights of(LlamaModel model) {
        BaseModelShape shape = BaseModelShape.of(model);
        ModelWeights own = ModelWeights.of(model);
        own.repacked().ifPresent(found -> {
            throw new UnsupportedBaseModelException("its weights were repacked for this processor (" + found
                    + "), in which only llama.cpp's own kernels read them; load it without repacking");
        });
        List<LayerWeights> layers = new ArrayList<>();
        Set<String> unknown = own.names();
        List.of(EMBEDDINGS, OUTPUT_NORM, ROPE_DIVISORS).forEach(unknown::remove);
        for (int layer = 0; layer < shape.layers(); layer++) {
            LayerWeights weights = LayerWeights.of(own, shape, layer);
            weights.names().forEach(unknown::remove);
            layers.add(weights);
        }
        if (!unknown.isEmpty()) {
            throw new UnsupportedBaseModelException("it has weights that the graph does not use, such as "
                    + unknown.iterator().next());
        }
        RequiredTensors tensors = new RequiredTensors(own);
        long vocabulary = tensors.rows(EMBEDDINGS);
        return new BaseModelWeights(
                shape,
                layers,
                tensors.matrix(EMBEDDINGS, shape.width(), vocabulary),
                tensors.vector(OUTPUT_NORM, shape.width()),
                RequiredTensors.shaped(own.output(), shape.width(), vocabulary),
                tensors.optionalVector(ROPE_DIVISORS, shape.rope().pairs()));
    }
}
