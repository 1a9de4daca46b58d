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
        public void open(Loaded loaded) {
            adapters = loaded.generate(8);
            context = loaded.engine.model().textContext(1);
            resident = ResidentAdapter.create(
                    loaded.engine.model().model(), adapters.getFirst().gguf());
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

        private Loaded loaded;
        private List<byte[]> files;
        private LlamaContext context;
        private LoraAdapter adapter;
        private int next;

        @Setup
        public void open(Loaded newLoaded) {
            loaded = newLoaded;
            files = loaded.generate(8).stream().map(Adapter::gguf).toList();
            context = loaded.engine.model().textContext(1);
        }

        @TearDown(Level.Invocation)
        public void free() {
            context.detachAll();
            adapter.close();
        }

        @TearDown
        public void close() {
            context.close();
        }
    }

    @Benchmark
    public void loadAndSet(Loading state) {
        state.adapter = LoraAdapter.load(
                state.loaded.engine.model().model(), state.files.get(state.next++ % state.files.size()));
        state.adapter.attach(state.context, 1);
    }
}
