package dev.icmlora.llama;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.NativeCallException;
import dev.icmlora.ggml.Tensor;

/// The model's own tensors, where llama.cpp keeps them, to compute with in graphs of one's own: nothing is
/// copied.
///
/// llama.cpp has no function that hands them out. They are found as those of a [ResidentAdapter] are, as sources of
/// the nodes of a graph. The user of a tensor keeps the model alive.
public final class ModelWeights {
    private static final List<String> SUFFIXES = List.of(".weight", ".bias", ".scale");
    private static final String OUTPUT_NODE = "result_output";

    private final NativeHandle owner;
    private final Map<String, GgmlTensor> tensors;
    private final GgmlTensor output;

    private ModelWeights(NativeHandle owner, Map<String, GgmlTensor> tensors, GgmlTensor output) {
        this.owner = owner;
        this.tensors = tensors;
        this.output = output;
    }

    /// @throws NativeCallException if the model's graph does not end in a product with an output matrix
    public static ModelWeights of(LlamaModel model) {
        Map<String, GgmlTensor> seen = new HashMap<>();
        GgmlTensor output = null;
        try (LlamaContext probe = LlamaContext.create(model, ContextOptions.of(256, 1))) {
            for (GgmlTensor node : probe.graph().nodes()) {
                for (GgmlTensor weight : weights(node)) {
                    if (node.name().equals(OUTPUT_NODE)) {
                        output = weight;
                    } else {
                        seen.putIfAbsent(weight.name(), weight);
                    }
                }
            }
        }
        if (output == null) {
            throw new NativeCallException("llama_graph_reserve", 0, "the model's graph has no node " + OUTPUT_NODE);
        }
        return new ModelWeights(model.handle(), Map.copyOf(seen), output);
    }

    private static List<GgmlTensor> weights(GgmlTensor node) {
        return IntStream.range(0, GgmlTensor.MAX_SOURCES)
                .mapToObj(node::source)
                .flatMap(Optional::stream)
                .filter(source -> SUFFIXES.stream().anyMatch(source.name()::endsWith))
                .toList();
    }

    /// Names of all that took part, but for the output matrix.
    public Set<String> names() {
        return new TreeSet<>(tensors.keySet());
    }

    /// @param name as in the model's file, such as `blk.0.attn_q.weight`
    public Optional<Tensor> tensor(String name) {
        owner.get();
        return Optional.ofNullable(tensors.get(name)).map(found -> Tensor.of(owner, found));
    }

    /// The matrix that turns the last hidden state into logits. Where it is tied to the embeddings it may be the
    /// same tensor, or a copy on another device.
    public Tensor output() {
        owner.get();
        return Tensor.of(owner, output);
    }
}
