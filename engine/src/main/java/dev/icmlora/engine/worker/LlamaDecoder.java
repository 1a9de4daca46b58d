package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

import dev.icmlora.engine.worker.Answer.TokenLogprob;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.Sampler.SamplingOptions;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.llama.Vocabulary;

/// Decodes with a context. The context is borrowed; the batch is its own.
public final class LlamaDecoder implements Decoder, AutoCloseable {

    private final LlamaContext context;
    private final Optional<AppliedAdapters> adapters;
    private final TokenBatch batch;
    private final int[] slotOfToken;
    private final Vocabulary vocabulary;
    private int outputs;

    /// @param context with a memory that sequences share
    /// @param adapters of the context; empty for the base model alone
    public LlamaDecoder(LlamaContext context, Optional<AppliedAdapters> adapters) {
        this.context = context;
        this.adapters = adapters;
        this.vocabulary = context.model().vocabulary();
        this.batch = TokenBatch.allocate(
                context.options().batchTokens(), context.options().maxSequences());
        this.slotOfToken = new int[batch.capacity()];
    }

    @Override
    public int loraSlots() {
        return adapters.map(AppliedAdapters::loraSlots).orElse(1);
    }

    @Override
    public boolean canShare(ScaledAdapter adapter) {
        return adapters.filter(applied -> applied.canShare(adapter)).isPresent();
    }

    @Override
    public void use(List<ScaledAdapter> wanted) {
        if (adapters.isPresent()) {
            adapters.get().apply(wanted);
        } else if (!wanted.isEmpty()) {
            throw new IllegalArgumentException("this context has no adapter");
        }
    }

    @Override
    public void begin() {
        batch.clear();
        outputs = 0;
    }

    @Override
    public int room() {
        return batch.capacity() - batch.size();
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public int add(Optional<ScaledAdapter> adapter, int token, int position, int[] sequences, boolean output) {
        outputs += output ? 1 : 0;
        var at = batch.add(token, position, sequences, output);
        adapters.ifPresent(applied -> slotOfToken[at] = applied.loraSlot(adapter.orElseThrow()));
        return at;
    }

    @Override
    public void watch(int at) {
        batch.watch(at);
    }

    @Override
    public List<float[]> states(int at) {
        return context.options().watchedLayers().stream()
                .map(layer -> context.state(layer, at))
                .toList();
    }

    @Override
    public void decode() {
        if (adapters.isPresent()) {
            adapters.get().decode(batch, slotOfToken);
        } else {
            context.decode(batch);
        }
    }

    @Override
    public void copy(int source, int target, int length) {
        context.copySequence(source, target, 0, length);
    }

    @Override
    public void remove(int sequence) {
        context.removeSequence(sequence, -1, -1);
    }

    @Override
    public void wipe() {
        context.wipeMemory();
    }

    @Override
    public Chooser chooser(SamplingOptions options) {
        var sampler = Sampler.create(options, vocabulary);
        return new Chooser() {
            @Override
            public int next(int output) {
                return sampler.sample(context, output);
            }

            @Override
            public void close() {
                sampler.close();
            }
        };
    }

    @Override
    public boolean ends(int token) {
        return vocabulary.isEndOfGeneration(token);
    }

    @Override
    public byte[] piece(int token) {
        return vocabulary.piece(token);
    }

    @Override
    public boolean areFinite(int output) {
        return context.areLogitsFinite(output);
    }

    @Override
    public TokenLogprob logprob(int token, int output, int top) {
        return logprob(token, context.logits(output), top, vocabulary);
    }

    /// @param logits one for each token of the vocabulary
    /// @param top how many of the likeliest tokens to name
    static TokenLogprob logprob(int token, float[] logits, int top, Vocabulary vocabulary) {
        var normaliser = logSumExp(logits);
        var likeliest = likeliest(logits, top).stream()
                .map(id -> new TokenLogprob(vocabulary.piece(id), logits[id] - normaliser, List.of()))
                .toList();
        return new TokenLogprob(vocabulary.piece(token), logits[token] - normaliser, likeliest);
    }

    @Override
    public double[] logprobs(int[] tokens, int output) {
        context.requireFiniteLogits(output);
        var logits = context.logits(output);
        var normaliser = logSumExp(logits);
        return Arrays.stream(tokens)
                .mapToDouble(token -> logits[token] - normaliser)
                .toArray();
    }

    private static double logSumExp(float[] logits) {
        var max = Float.NEGATIVE_INFINITY;
        for (var logit : logits) {
            max = Math.max(max, logit);
        }
        var sum = 0.0;
        for (var logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    private static List<Integer> likeliest(float[] logits, int top) {
        var byLogit = Comparator.<Integer>comparingDouble(id -> logits[id]);
        var best = new PriorityQueue<>(Math.max(1, top), byLogit);
        for (var id = 0; id < logits.length && top > 0; id++) {
            if (best.size() < top) {
                best.add(id);
            } else if (logits[id] > logits[best.peek()]) {
                best.remove();
                best.add(id);
            }
        }
        var sorted = new ArrayList<>(best);
        sorted.sort(byLogit.reversed());
        return sorted;
    }

    @Override
    public void close() {
        batch.close();
    }
}
