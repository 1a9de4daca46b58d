package dev.icmlora.llama;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.capi.TensorRef;
import dev.icmlora.ggml.NativeCallException;
import dev.icmlora.ggml.Tensor;

/// The model's own tensors, where llama.cpp keeps them, to compute with in graphs of one's own: nothing is
/// copied.
///
/// llama.cpp has no function that hands them out. They are found as those of a [ResidentAdapter] are, as sources of
/// the nodes of one decode. A model that was loaded with [ModelOptions#repack] may have layouts that only llama.cpp's
/// kernels for them read: those tensors are not handed out. The user of a tensor keeps the model alive.
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
        Sources sources = new Sources();
        try (LlamaContext probe = LlamaContext.create(model, ContextOptions.of(256, 1), List.of(sources));
                TokenBatch token = TokenBatch.allocate(1, 1)) {
            token.add(0, 0, 0, true);
            probe.decode(token);
        }
        if (sources.output == null) {
            throw new NativeCallException("llama_decode", 0, "the model's graph has no node " + OUTPUT_NODE);
        }
        return new ModelWeights(model.handle(), Map.copyOf(sources.seen), sources.output);
    }

    /// Sees what nodes are computed from, and wants no node's values.
    private static final class Sources extends NodeObserver {
        private final Map<String, GgmlTensor> seen = new HashMap<>();
        private GgmlTensor output;

        @Override
        boolean isIdle() {
            return false;
        }

        @Override
        boolean wants(GgmlTensor node) {
            boolean isOutput = node.name().equals(OUTPUT_NODE);
            for (int i = 0; i < GgmlTensor.MAX_SOURCES; i++) {
                node.source(i)
                        .filter(source -> SUFFIXES.stream().anyMatch(source.name()::endsWith))
                        .ifPresent(source -> put(source, isOutput));
            }
            return false;
        }

        private void put(GgmlTensor source, boolean isOutput) {
            if (!isOutput) {
                seen.putIfAbsent(source.name(), source);
            } else if (output == null) {
                output = source;
            }
        }

        @Override
        boolean take(GgmlTensor node) {
            throw new IllegalStateException("no node's values are wanted");
        }
    }

    /// Names of all that took part, but for the output matrix.
    public Set<String> names() {
        return new TreeSet<>(tensors.keySet());
    }

    /// A tensor that was repacked, and the memory that it is in, such as `blk.0.attn_q.weight in CPU_REPACK`; empty if
    /// all have ggml's own layout.
    public Optional<String> repacked() {
        owner.get();
        return Stream.concat(new TreeMap<>(tensors).values().stream(), Stream.of(output))
                .filter(tensor -> !BufferType.of(tensor).isPlain())
                .findFirst()
                .map(ModelWeights::place);
    }

    private static String place(GgmlTensor tensor) {
        return tensor.name() + " in " + BufferType.of(tensor).name();
    }

    /// @param name as in the model's file, such as `blk.0.attn_q.weight`
    /// @throws IllegalStateException if it was repacked
    public Optional<Tensor> tensor(String name) {
        owner.get();
        return Optional.ofNullable(tensors.get(name)).map(this::borrowed);
    }

    /// The matrix that turns the last hidden state into logits. Where it is tied to the embeddings it may be the
    /// same tensor, or a copy on another device.
    ///
    /// @throws IllegalStateException if it was repacked
    public Tensor output() {
        owner.get();
        return borrowed(output);
    }

    /// Another graph would read a repacked tensor as what it is not, and reading its data ends the process.
    private Tensor borrowed(GgmlTensor tensor) {
        if (!BufferType.of(tensor).isPlain()) {
            throw new IllegalStateException(
                    place(tensor) + " was repacked, which llama.cpp alone can read; load the model without repacking");
        }
        return Tensor.of(new TensorRef(owner, tensor));
    }
}
