package dev.icmlora.generator.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.llama.NamedTensor;

/// The CVAE at generation time: a task vector becomes a distribution over latents, a latent becomes an
/// adapter.
///
/// Owns the networks' weights and graphs; the backend is borrowed, must outlive it and is its alone
/// meanwhile. Any thread may call it; calls wait for each other. The same latent and strength give the same
/// bytes on the same kind of processor, alone or in a batch of candidates.
public final class Generator implements AutoCloseable {
    /// Latents of one call.
    public static final int MAX_CANDIDATES = 64;

    private final GeneratorManifest manifest;
    private final Backend backend;
    private final Weights weights;
    private final PriorNetwork prior;
    /// One decoder graph for each number of candidates that was asked for.
    private final Map<Integer, DecoderNetwork> decoders = new HashMap<>();
    private final List<NamedTensor> fixed;
    private final List<SeenTask> seenTasks;

    private Generator(GeneratorFile file, Backend backend) {
        this.manifest = file.manifest();
        this.seenTasks = file.seenTasks();
        this.backend = backend;
        this.weights = new Weights(file, backend);
        this.prior = new PriorNetwork(manifest.architecture(), file.statistics(), weights, backend);
        this.fixed = matrices(
                manifest.architecture().adapter().targets().stream()
                        .map(target -> file.bytes(GeneratorArchitecture.a(target)))
                        .toList(),
                0,
                true);
    }

    /// Copies the weights of `file` to the backend and builds the graphs.
    public static Generator load(GeneratorFile file, Backend backend) {
        return new Generator(file, backend);
    }

    public GeneratorManifest manifest() {
        return manifest;
    }

    /// The shape of all its adapters.
    public ResidentShape shape() {
        return new ResidentShape(manifest.architecture().adapter(), fixed);
    }

    /// The tasks that it was trained on, with their latents; none where its file does without.
    public List<SeenTask> seenTasks() {
        return seenTasks;
    }

    /// p(z | task vector).
    public synchronized LatentDistribution prior(TaskVector task) {
        return prior.of(task);
    }

    /// The adapter of a latent at full strength.
    public Adapter generate(float[] latent) {
        return generate(List.of(latent), new float[] {1}).getFirst();
    }

    /// Adapters of several latents in one pass.
    ///
    /// @param latents 1 to 64 latents
    /// @param strengths one for each: 0 gives B0 itself, 1 the full residual
    /// @throws IllegalArgumentException on wrong lengths or numbers that are not finite
    public synchronized List<Adapter> generate(List<float[]> latents, float[] strengths) {
        int candidates = latents.size();
        if (candidates < 1 || candidates > MAX_CANDIDATES || strengths.length != candidates) {
            throw new IllegalArgumentException("1.." + MAX_CANDIDATES + " latents with one strength each, got "
                    + candidates + " latents and " + strengths.length + " strengths");
        }
        latents.forEach(latent ->
                requireFinite("latent", latent, manifest.architecture().latent()));
        requireFinite("strengths", strengths, candidates);
        List<byte[]> decoded = decoders.computeIfAbsent(
                        candidates, n -> new DecoderNetwork(manifest.architecture(), weights, backend, n))
                .decode(latents, strengths);
        List<Adapter> adapters = new ArrayList<>(candidates);
        for (int i = 0; i < candidates; i++) {
            adapters.add(new Adapter(manifest.architecture().adapter(), fixed, matrices(decoded, i, false)));
        }
        return adapters;
    }

    private static void requireFinite(String what, float[] values, int length) {
        if (values.length != length) {
            throw new IllegalArgumentException(what + " has " + values.length + " values, expected " + length);
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(what + " holds " + value);
            }
        }
    }

    /// Cuts `[candidate][layer][matrix]` arrays, one a target module, into one candidate's named matrices.
    private List<NamedTensor> matrices(List<byte[]> ofTargets, int candidate, boolean a) {
        AdapterLayout layout = manifest.architecture().adapter();
        List<NamedTensor> matrices = new ArrayList<>();
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (int t = 0; t < layout.targets().size(); t++) {
                Target target = layout.targets().get(t);
                long[] shape = a ? new long[] {target.in(), layout.rank()} : new long[] {layout.rank(), target.out()};
                int bytes = (int) GgmlType.F16.bytes(shape[0] * shape[1]);
                int from = (candidate * layout.layers() + layer) * bytes;
                String name = a ? AdapterLayout.nameOfA(layer, target) : AdapterLayout.nameOfB(layer, target);
                byte[] data = Arrays.copyOfRange(ofTargets.get(t), from, from + bytes);
                matrices.add(new NamedTensor(name, GgmlType.F16, shape, data));
            }
        }
        return matrices;
    }

    @Override
    public synchronized void close() {
        decoders.values().forEach(DecoderNetwork::close);
        decoders.clear();
        prior.close();
        weights.close();
    }
}
