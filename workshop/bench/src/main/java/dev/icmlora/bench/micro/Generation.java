package dev.icmlora.bench.micro;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

import dev.icmlora.generator.adapter.Adapter;

/// The decoder: latents in, adapters out.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class Generation {

    @Benchmark
    public List<Adapter> one(Loaded loaded) {
        return loaded.generate(1);
    }

    @Benchmark
    public List<Adapter> eight(Loaded loaded) {
        return loaded.generate(8);
    }
}
