package dev.icmlora.generator.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.network.GeneratorArchitecture.TensorSpec;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.ggml.TensorStore;
import dev.icmlora.llama.NamedTensor;

/// The CVAE at generation time: a task vector becomes a latent, a latent becomes an adapter.
///
/// Owns the networks' weights and graphs; the backend is borrowed, must outlive it and is its alone
/// meanwhile. Any thread may call it; calls wait for each other. The same latent and strength give the same
/// bytes on the same kind of processor.
public final class Generator implements AutoCloseable {
    private final GeneratorManifest manifest;
    private final Weights weights;
    private final PriorNetwork prior;
    private final DecoderNetwork decoder;
    private final List<NamedTensor> fixed;
    private final Neighbourhood seen;

    private Generator(GeneratorFile file, Backend backend) {
        this.manifest = file.manifest();
        this.seen = new Neighbourhood(file.seenLatents());
        this.weights = new Weights(file, backend);
        this.prior = new PriorNetwork(manifest.architecture(), file.statistics(), weights, backend);
        this.decoder = new DecoderNetwork(manifest.architecture(), weights, backend);
        this.fixed = matrices(
                manifest.architecture().adapter().targets().stream()
                        .map(target -> file.bytes(GeneratorArchitecture.a(target)))
                        .toList(),
                true);
    }

    /// Copies the weights of `file` to the backend and builds the graphs.
    public static Generator load(GeneratorFile file, Backend backend) {
        return new Generator(file, backend);
    }

    public GeneratorManifest manifest() {
        return manifest;
    }

    public ResidentShape shape() {
        return new ResidentShape(manifest.architecture().adapter(), fixed);
    }

    /// Distance of a task to the nearest one that it was trained on, in standard deviations of their latents; empty
    /// where it knows none.
    public OptionalDouble seenDistance(TaskVector task) {
        return seen.distance(latent(task));
    }

    /// The latent of a task: the mean of p(z | task vector).
    public synchronized float[] latent(TaskVector task) {
        return prior.mean(task);
    }

    /// The adapter of a latent.
    ///
    /// @param strength 0 gives B0 itself, 1 the full residual
    /// @throws IllegalArgumentException on a wrong length or numbers that are not finite
    public synchronized Adapter generate(float[] latent, float strength) {
        requireLatent(latent);
        if (!Float.isFinite(strength)) {
            throw new IllegalArgumentException("strength is " + strength);
        }
        return new Adapter(manifest.architecture().adapter(), fixed, matrices(decoder.decode(latent, strength), false));
    }

    private void requireLatent(float[] latent) {
        int length = manifest.architecture().latent();
        if (latent.length != length) {
            throw new IllegalArgumentException("latent has " + latent.length + " values, expected " + length);
        }
        for (float value : latent) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("latent holds " + value);
            }
        }
    }

    /// Cuts `[layer][matrix]` arrays, one a target module, into named matrices.
    private List<NamedTensor> matrices(List<byte[]> ofTargets, boolean a) {
        AdapterLayout layout = manifest.architecture().adapter();
        List<NamedTensor> matrices = new ArrayList<>();
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (int t = 0; t < layout.targets().size(); t++) {
                Target target = layout.targets().get(t);
                long[] shape = a ? new long[] {target.in(), layout.rank()} : new long[] {layout.rank(), target.out()};
                int bytes = (int) GgmlType.F16.bytes(shape[0] * shape[1]);
                int from = layer * bytes;
                String name = a ? AdapterLayout.nameOfA(layer, target) : AdapterLayout.nameOfB(layer, target);
                byte[] data = Arrays.copyOfRange(ofTargets.get(t), from, from + bytes);
                matrices.add(new NamedTensor(name, GgmlType.F16, shape, data));
            }
        }
        return matrices;
    }

    @Override
    public synchronized void close() {
        decoder.close();
        prior.close();
        weights.close();
    }

    /// The mean of the learned prior p(z | c) as a ggml graph, built once: c `[3 * hidden + 2]` to `[latent]`.
    ///
    /// ICM-LoRA draws z from N(0, I) at generation (section 3.3); a learned prior is the third of our departures.
    private static final class PriorNetwork implements AutoCloseable {
        private static final int TENSORS = 32;

        private final Standardization statistics;
        private final Graph graph;
        private final Tensor vector;
        private final Tensor mean;

        private PriorNetwork(
                GeneratorArchitecture architecture, Standardization statistics, Weights weights, Backend backend) {
            this.statistics = statistics;
            this.graph = Graph.create(backend, TENSORS);
            this.vector = graph.input("task_vector", GgmlType.F32, TaskVector.length(architecture.hidden()));
            Tensor hidden = graph.silu(linear(weights, "prior.0", vector));
            this.mean = linear(weights, "prior.mean", hidden);
            graph.output(mean);
            graph.build();
        }

        private Tensor linear(Weights weights, String layer, Tensor x) {
            return graph.add(graph.mulMat(weights.get(layer + ".weight"), x), weights.get(layer + ".bias"));
        }

        private float[] mean(TaskVector task) {
            vector.set(statistics.apply(task));
            graph.compute();
            return mean.toFloats();
        }

        @Override
        public void close() {
            graph.close();
        }
    }

    /// The decoder as a ggml graph, built once: a latent `[latent]` and a strength `[1]` to `B = B0 + strength *
    /// dB`, for each module `[rank * out, layers]` in F16. All layers are columns of one matrix product a head.
    private static final class DecoderNetwork implements AutoCloseable {
        private static final int TENSORS = 64;

        private final Graph graph;
        private final Tensor latent;
        private final Tensor strength;
        private final List<Tensor> outputs = new ArrayList<>();

        private DecoderNetwork(GeneratorArchitecture architecture, Weights weights, Backend backend) {
            this.graph = Graph.create(backend, TENSORS);
            latent = graph.input("latent", GgmlType.F32, architecture.latent());
            strength = graph.input("strength", GgmlType.F32, 1);
            Tensor fromLatent = graph.mulMat(weights.get("decoder.latent.weight"), latent);
            // From here on every layer is one column.
            Tensor trunk = graph.silu(graph.add(weights.get("decoder.layer.bias"), fromLatent));
            Tensor block = graph.silu(
                    graph.add(graph.mulMat(weights.get("decoder.1.weight"), trunk), weights.get("decoder.1.bias")));
            Tensor normalised = graph.norm(graph.add(trunk, block), GeneratorArchitecture.NORM_EPSILON);
            Tensor features = graph.add(
                    graph.mul(normalised, weights.get("decoder.norm.weight")), weights.get("decoder.norm.bias"));
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
        private List<byte[]> decode(float[] z, float strengthOfResidual) {
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

    /// The networks' weights in the backend's memory, shared by all graphs of one generator.
    private static final class Weights implements AutoCloseable {
        private static final int CAPACITY = 64;

        private final TensorStore store = TensorStore.ofCapacity(CAPACITY);

        private Weights(GeneratorFile file, Backend backend) {
            GeneratorArchitecture architecture = file.manifest().architecture();
            Map<String, TensorSpec> specs = new LinkedHashMap<>(architecture.prior());
            specs.putAll(architecture.decoder());
            // B0 is added to the heads' F32 output: kept in F32, since not every backend adds mixed types.
            for (var target : architecture.adapter().targets()) {
                long outputs = (long) architecture.adapter().rank() * target.out();
                specs.put(
                        GeneratorArchitecture.b0(target),
                        new TensorSpec(
                                GgmlType.F32, outputs, architecture.adapter().layers()));
            }
            specs.forEach((name, spec) -> store.create(name, spec.type(), spec.ne()));
            store.allocate(backend);
            Map<String, TensorSpec> stored = architecture.tensors();
            specs.forEach((name, spec) -> {
                if (spec.type() == stored.get(name).type()) {
                    get(name).set(file.data(name));
                } else {
                    get(name).set(file.floats(name));
                }
            });
        }

        private Tensor get(String name) {
            return store.tensor(name).orElseThrow();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /// How near a latent is to those of the tasks that the generator was trained on.
    ///
    /// The distance is Mahalanobis' with independent dimensions: the root mean square over dimensions, each in
    /// units of its standard deviation over the seen tasks.
    static final class Neighbourhood {
        private final List<float[]> latents;
        private final double[] variance;

        /// @param latents of these tasks; none for a generator that does not know them
        Neighbourhood(List<float[]> latents) {
            this.latents = latents;
            this.variance = latents.isEmpty() ? new double[0] : variance(latents);
        }

        private static double[] variance(List<float[]> latents) {
            var length = latents.getFirst().length;
            var sum = new double[length];
            var squares = new double[length];
            for (var latent : latents) {
                for (var i = 0; i < length; i++) {
                    double value = latent[i];
                    sum[i] += value;
                    squares[i] += value * value;
                }
            }
            var n = latents.size();
            var variance = new double[length];
            Arrays.setAll(variance, i -> squares[i] / n - sum[i] / n * (sum[i] / n));
            return variance;
        }

        /// Distance to the nearest task; empty where none is known.
        OptionalDouble distance(float[] latent) {
            return latents.stream().mapToDouble(seen -> distance(latent, seen)).min();
        }

        private double distance(float[] a, float[] b) {
            var sum = 0.0;
            var used = 0;
            for (var i = 0; i < variance.length; i++) {
                // A dimension in which all seen tasks agree tells nothing apart.
                if (variance[i] > 1e-12) {
                    double difference = a[i] - b[i];
                    sum += difference * difference / variance[i];
                    used++;
                }
            }
            return used == 0 ? 0 : Math.sqrt(sum / used);
        }
    }
}
