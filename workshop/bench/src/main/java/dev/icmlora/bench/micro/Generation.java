package dev.icmlora.bench.micro;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

import dev.icmlora.generator.adapter.Adapter;

/// The decoder: a latent in, an adapter out.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class Generation {

    @Benchmark
    public Adapter one(Loaded loaded) {
        return loaded.generate();
    }
}
