package dev.icmlora.bench.micro;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.engine.tune.FrozenWeights;
import dev.icmlora.engine.tune.Tuner;
import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.Backend;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// A step of tuning on five examples, and llama.cpp's prefill of the same tokens. Not by JMH, so that the two can take
/// turns: a machine that becomes slower does so for both.
public final class TuningStep implements AutoCloseable {

    private final Loaded loaded = new Loaded();
    private final Backend backend;
    private final FrozenWeights weights;
    private final Tuner tuner;
    private final Adapter shared;
    private final LlamaContext plain;
    private final TokenBatch batch;

    public TuningStep(int threads) {
        loaded.threads = threads;
        loaded.load();
        var engine = loaded.engine;
        var model = engine.model();
        backend = Backend.best(threads);
        weights = FrozenWeights.of(model.model(), backend);
        tuner = new Tuner(
                weights,
                model.format(),
                backend,
                engine.contextTokens(),
                engine.manifest().tuningRates());
        var anywhere = new float[engine.manifest().architecture().latent()];
        shared = engine.adapter(anywhere, 0);
        plain = model.textContext(Loaded.TASK.examples().size());
        batch = batch();
    }

    /// The examples as sequences. What they begin with is read once, as it is in tuning.
    private TokenBatch batch() {
        var format = loaded.engine.format();
        var examples = Loaded.TASK.examples().stream()
                .map(example -> format.packed(Loaded.TASK.description(), List.of(example))
                        .tokens())
                // What follows the last token is never asked for.
                .map(tokens -> Arrays.copyOf(tokens, tokens.length - 1))
                .toList();
        var first = examples.getFirst();
        var begin = examples.stream()
                .skip(1)
                .mapToInt(tokens -> Arrays.mismatch(tokens, first))
                .min()
                .orElseThrow();
        var count = begin
                + examples.stream().mapToInt(tokens -> tokens.length - begin).sum();
        var all = IntStream.range(0, examples.size()).toArray();
        var tokens = TokenBatch.allocate(count, examples.size());
        for (var i = 0; i < begin; i++) {
            tokens.add(first[i], i, all, false);
        }
        for (var sequence = 0; sequence < examples.size(); sequence++) {
            var own = examples.get(sequence);
            for (var i = begin; i < own.length; i++) {
                tokens.add(own[i], i, sequence, tokens.size() == count - 1);
            }
        }
        return tokens;
    }

    /// @param longest milliseconds of its longest slice
    public record Step(double millis, double longest) {}

    public Step step() {
        var options = TuningOptions.forExamples(Loaded.TASK.examples().size()).withSteps(1);
        var sum = 0.0;
        var longest = 0.0;
        try (var tuning = tuner.begin(shared, Loaded.TASK, options)) {
            // Then it measures what the step brought.
            while (tuning.progress().step() == 0) {
                var start = System.nanoTime();
                tuning.advance();
                var millis = millisSince(start);
                sum += millis;
                longest = Math.max(longest, millis);
            }
        }
        return new Step(sum, longest);
    }

    /// Milliseconds.
    public double prefill() {
        var start = System.nanoTime();
        plain.clearMemory();
        plain.decode(batch);
        return millisSince(start);
    }

    /// Of the prefill, and of the step.
    public int tokens() {
        return batch.size();
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    @Override
    public void close() {
        batch.close();
        plain.close();
        weights.close();
        backend.close();
        loaded.close();
    }
}
