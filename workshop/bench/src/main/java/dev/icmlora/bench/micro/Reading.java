package dev.icmlora.bench.micro;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import dev.icmlora.generator.vector.Fingerprinter;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// A task of a description and five examples: its fingerprint, and its prompt as llama.cpp reads any
/// prompt.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class Reading {

    @State(Scope.Benchmark)
    public static class OneTask {

        private LlamaContext states;
        private LlamaContext plain;
        private Fingerprinter fingerprinter;
        private TokenBatch batch;

        @Setup
        public void open(Loaded loaded) {
            var model = loaded.engine.model();
            states = model.statesContext(loaded.engine.manifest().architecture().vectorLayer());
            plain = model.textContext(1);
            fingerprinter = model.fingerprinter(states);
            var tokens = model.format()
                    .packed(Loaded.TASK.description(), Loaded.TASK.examples())
                    .tokens();
            batch = TokenBatch.allocate(tokens.length, 1);
            for (var i = 0; i < tokens.length; i++) {
                batch.add(tokens[i], i, 0, i == tokens.length - 1);
            }
        }

        @TearDown
        public void close() {
            fingerprinter.close();
            batch.close();
            states.close();
            plain.close();
        }
    }

    @Benchmark
    public TaskVector fingerprint(OneTask state) {
        return state.fingerprinter.of(Loaded.TASK);
    }

    @Benchmark
    public void prefill(OneTask state) {
        state.plain.clearMemory();
        state.plain.decode(state.batch);
    }
}
