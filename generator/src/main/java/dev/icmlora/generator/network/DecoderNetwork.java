package dev.icmlora.generator.network;

import java.util.ArrayList;
import java.util.List;

import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The decoder as a ggml graph, built once: a latent `[latent]` and a strength `[1]` to `B = B0 + strength * dB`,
/// for each module `[rank * out, layers]` in F16. All layers are columns of one matrix product a head.
final class DecoderNetwork implements AutoCloseable {
    private static final int TENSORS = 64;

    private final Graph graph;
    private final Tensor latent;
    private final Tensor strength;
    private final List<Tensor> outputs = new ArrayList<>();

    DecoderNetwork(GeneratorArchitecture architecture, Weights weights, Backend backend) {
        this.graph = Graph.create(backend, TENSORS);
        latent = graph.input("latent", GgmlType.F32, architecture.latent());
        strength = graph.input("strength", GgmlType.F32, 1);
        Tensor fromLatent = graph.mulMat(weights.get("decoder.latent.weight"), latent);
        // From here on every layer is one column.
        Tensor trunk = graph.silu(graph.add(weights.get("decoder.layer.bias"), fromLatent));
        Tensor block = graph.silu(
                graph.add(graph.mulMat(weights.get("decoder.1.weight"), trunk), weights.get("decoder.1.bias")));
        Tensor normalised = graph.norm(graph.add(trunk, block), GeneratorArchitecture.NORM_EPSILON);
        Tensor features =
                graph.add(graph.mul(normalised, weights.get("decoder.norm.weight")), weights.get("decoder.norm.bias"));
        // The heads are linear, so the residual is as strong as what they are given.
        Tensor scaled = graph.mul(features, strength);
        for (Target target : architecture.adapter().targets()) {
            Tensor delta = graph.mulMat(weights.get(GeneratorArchitecture.head(target)), scaled);
            Tensor b = graph.add(delta, weights.get(GeneratorArchitecture.b0(target)));
            Tensor half = graph.cast(b, GgmlType.F16);
            graph.output(half);
            outputs.add(half);
        }
        graph.build();
    }

    /// B matrices, one array a target module: `[layer][out][rank]` in F16.
    List<byte[]> decode(float[] z, float strengthOfResidual) {
        latent.set(z);
        strength.set(new float[] {strengthOfResidual});
        graph.compute();
        return outputs.stream().map(Tensor::toBytes).toList();
    }

    @Override
    public void close() {
        graph.close();
    }
}
