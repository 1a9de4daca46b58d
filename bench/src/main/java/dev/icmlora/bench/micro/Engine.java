package dev.icmlora.bench.micro;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;

/// The base model and the generator, as the function loads them.
@State(Scope.Benchmark)
public class Engine {

    static final int CONTEXT = 2048;
    static final int BATCH = 512;
    private static final int LATENTS = 64;

    @Param("1")
    public int threads;

    LlamaModel model;
    Generator generator;
    List<float[]> latents;
    private Backend backend;
    private int next;

    @Setup
    public void load() {
        var installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        model = LlamaModel.load(installation.model(), ModelOptions.DEFAULT);
        backend = Backend.best(threads);
        var file = GeneratorFile.read(installation.generator());
        generator = Generator.load(file, backend);
        var random = new Random(1);
        latents = new ArrayList<>();
        for (var i = 0; i < LATENTS; i++) {
            var latent = new float[file.manifest().architecture().latent()];
            for (var j = 0; j < latent.length; j++) {
                latent[j] = (float) random.nextGaussian();
            }
            latents.add(latent);
        }
    }

    /// @param hiddenLayer [ContextOptions#LOGITS], or after which layer states are taken
    LlamaContext context(int hiddenLayer) {
        return LlamaContext.create(model, new ContextOptions(CONTEXT, BATCH, BATCH, 1, threads, hiddenLayer, true));
    }

    /// Adapters of latents that were not used just before.
    List<Adapter> generate(int candidates) {
        var chosen = new ArrayList<float[]>();
        var strengths = new float[candidates];
        for (var i = 0; i < candidates; i++) {
            chosen.add(latents.get(next++ % LATENTS));
            strengths[i] = 1;
        }
        return generator.generate(chosen, strengths);
    }

    @TearDown
    public void close() {
        generator.close();
        backend.close();
        model.close();
    }
}
