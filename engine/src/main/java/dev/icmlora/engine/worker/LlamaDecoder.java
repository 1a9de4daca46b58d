package dev.icmlora.engine.worker;

import java.util.List;
import java.util.Optional;

import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.SamplingOptions;
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
        return TokenLogprob.of(token, context.logits(output), top, vocabulary);
    }

    @Override
    public double[] logprobs(int[] tokens, int output) {
        context.requireFiniteLogits(output);
        return TokenLogprob.of(tokens, context.logits(output));
    }

    @Override
    public void close() {
        batch.close();
    }
}
