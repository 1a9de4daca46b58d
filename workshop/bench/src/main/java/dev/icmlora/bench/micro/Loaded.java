package dev.icmlora.bench.micro;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// The engine as the function loads it.
@State(Scope.Benchmark)
public class Loaded {

    /// A description and five examples.
    static final Task TASK = new Task(
            "What does the customer want: refund, delivery, repair or purchase?",
            IntStream.range(0, 5)
                    .mapToObj(i -> new Example(
                            "Please send the money for boat number " + i + " back. Any day is fine.", "refund"))
                    .toList());

    private static final int LATENTS = 64;

    @Param("1")
    public int threads;

    Engine engine;
    private final List<float[]> latents = new ArrayList<>();
    private int next;

    @Setup
    public void load() {
        var options = EngineOptions.DEFAULT.withThreads(threads);
        engine = EngineLoader.load(EngineFiles.installed(), options, EngineObserver.NONE);
        var random = new Random(1);
        for (var i = 0; i < LATENTS; i++) {
            var latent = new float[engine.manifest().architecture().latent()];
            for (var j = 0; j < latent.length; j++) {
                latent[j] = (float) random.nextGaussian();
            }
            latents.add(latent);
        }
    }

    /// The adapter of a latent that was not used just before.
    Adapter generate() {
        return engine.adapter(latents.get(next++ % LATENTS), 1);
    }

    List<Adapter> generate(int count) {
        return Stream.generate(this::generate).limit(count).toList();
    }

    @TearDown
    public void close() {
        engine.close();
    }
}
