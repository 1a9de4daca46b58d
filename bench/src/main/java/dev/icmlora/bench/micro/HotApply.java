package dev.icmlora.bench.micro;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.ResidentAdapter;

/// Another adapter for a context: overwritten in place, and as llama.cpp offers it.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class HotApply {

    /// A context with a resident adapter, and adapters to overwrite it with.
    @State(Scope.Benchmark)
    public static class InPlace {

        private List<Adapter> adapters;
        private LlamaContext context;
        private ResidentAdapter resident;
        private int next;

        @Setup
        public void open(Engine engine) {
            adapters = engine.generate(8);
            context = engine.context(ContextOptions.LOGITS);
            resident = ResidentAdapter.create(engine.model, adapters.getFirst().gguf());
            resident.attach(context, 1);
        }

        @TearDown
        public void close() {
            context.close();
            resident.close();
        }
    }

    @Benchmark
    public void overwrite(InPlace state) {
        state.resident.apply(
                state.adapters.get(state.next++ % state.adapters.size()).generated());
    }

    /// A context that has another adapter loaded each time. Freeing the old one is not counted.
    @State(Scope.Benchmark)
    public static class Loading {

        private Engine engine;
        private List<byte[]> files;
        private LlamaContext context;
        private LoraAdapter loaded;
        private int next;

        @Setup
        public void open(Engine newEngine) {
            engine = newEngine;
            files = engine.generate(8).stream().map(Adapter::gguf).toList();
            context = engine.context(ContextOptions.LOGITS);
        }

        @TearDown(Level.Invocation)
        public void free() {
            LoraAdapter.detachAll(context);
            loaded.close();
        }

        @TearDown
        public void close() {
            context.close();
        }
    }

    @Benchmark
    public void loadAndSet(Loading state) {
        state.loaded = LoraAdapter.load(state.engine.model, state.files.get(state.next++ % state.files.size()));
        state.loaded.attach(state.context, 1);
    }
}
