package dev.icmlora.generator.network;

import java.util.ArrayList;
import java.util.List;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The decoder as a ggml graph for a fixed number of candidates, built once: latents `[latent, n]` and strengths `[n]`
/// to `B = B0 + strength * dB`, for each module `[rank * out, layers, n]` in F16.
///
/// All layers of all candidates are columns of one matrix product a head, so more candidates cost less each.
final class DecoderNetwork implements AutoCloseable {
    private static final int TENSORS = 64;

    private final GeneratorArchitecture architecture;
    private final int candidates;
    private final Graph graph;
    private final Tensor latents;
    private final Tensor strengths;
    private final List<Tensor> outputs = new ArrayList<>();

    DecoderNetwork(GeneratorArchitecture architecture, Weights weights, Backend backend, int candidates) {
        this.architecture = architecture;
        this.candidates = candidates;
        this.graph = Graph.create(backend, TENSORS);
        AdapterLayout adapter = architecture.adapter();
        int units = architecture.decoderUnits();
        int layers = adapter.layers();

        latents = graph.input("latents", GgmlType.F32, architecture.latent(), candidates);
        strengths = graph.input("strengths", GgmlType.F32, 1, 1, candidates);

        Tensor fromLatent =
                graph.reshape(graph.mulMat(weights.get("decoder.latent.weight"), latents), units, 1, candidates);
        Tensor fromLayer = graph.repeat(weights.get("decoder.layer.bias"), units, layers, candidates);
        // From here on every layer of every candidate is one column.
        int columns = layers * candidates;
        Tensor trunk = graph.reshape(graph.silu(graph.add(fromLayer, fromLatent)), units, columns);
        Tensor block = graph.silu(
                graph.add(graph.mulMat(weights.get("decoder.1.weight"), trunk), weights.get("decoder.1.bias")));
        Tensor normalised = graph.norm(graph.add(trunk, block), GeneratorArchitecture.NORM_EPSILON);
        Tensor features =
                graph.add(graph.mul(normalised, weights.get("decoder.norm.weight")), weights.get("decoder.norm.bias"));
        // The heads are linear, so the residual is as strong as what they are given.
        Tensor scaled =
                graph.reshape(graph.mul(graph.reshape(features, units, layers, candidates), strengths), units, columns);
        for (Target target : adapter.targets()) {
            Tensor head = weights.get(GeneratorArchitecture.head(target));
            Tensor delta =
                    graph.reshape(graph.mulMat(head, scaled), (long) adapter.rank() * target.out(), layers, candidates);
            Tensor b = graph.add(delta, weights.get(GeneratorArchitecture.b0(target)));
            Tensor half = graph.cast(b, GgmlType.F16);
            graph.output(half);
            outputs.add(half);
        }
        graph.build();
    }

    /// B matrices of all candidates, one array a target module: `[candidate][layer][out][rank]` in F16.
    List<byte[]> decode(List<float[]> latentsOf, float[] strengthOf) {
        float[] z = new float[candidates * architecture.latent()];
        for (int i = 0; i < candidates; i++) {
            System.arraycopy(latentsOf.get(i), 0, z, i * architecture.latent(), architecture.latent());
        }
        latents.set(z);
        strengths.set(strengthOf);
        graph.compute();
        return outputs.stream().map(Tensor::toBytes).toList();
    }

    @Override
    public void close() {
        graph.close();
    }
}
