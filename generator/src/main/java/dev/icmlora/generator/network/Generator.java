package dev.icmlora.generator.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
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
    private final List<float[]> seenLatents;

    private Generator(GeneratorFile file, Backend backend) {
        this.manifest = file.manifest();
        this.seenLatents = file.seenLatents();
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

    /// Latents of the tasks that it was trained on; none where its file does without.
    public List<float[]> seenLatents() {
        return seenLatents;
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
}
