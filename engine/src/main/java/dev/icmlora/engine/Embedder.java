package dev.icmlora.engine;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// Embeddings of texts: the mean of the base model's hidden states, scaled to length 1.
///
/// The context is borrowed; it gives embeddings and never has an adapter. Belongs to the thread that owns
/// the context.
final class Embedder implements AutoCloseable {

    private static final int SEQUENCE = 0;

    private final LlamaContext context;
    private final int hidden;
    private final TokenBatch batch;

    Embedder(LlamaContext context, int hidden, int batchTokens) {
        this.context = context;
        this.hidden = hidden;
        this.batch = TokenBatch.allocate(batchTokens, 1);
    }

    /// @param tokens 1 up to what the context holds
    /// @return as many numbers as the model's hidden state has
    float[] of(int[] tokens, Cancellation cancellation) {
        var sum = new double[hidden];
        context.clearMemory();
        for (var start = 0; start < tokens.length; start += batch.capacity()) {
            cancellation.check();
            batch.clear();
            for (var i = start; i < Math.min(tokens.length, start + batch.capacity()); i++) {
                batch.add(tokens[i], i, SEQUENCE, true);
            }
            context.decode(batch);
            for (var i = 0; i < batch.size(); i++) {
                var state = context.embedding(i);
                for (var j = 0; j < hidden; j++) {
                    sum[j] += state[j];
                }
            }
        }
        context.clearMemory();
        return unit(sum);
    }

    private static float[] unit(double[] sum) {
        var square = 0.0;
        for (var value : sum) {
            square += value * value;
        }
        var unit = new float[sum.length];
        for (var i = 0; i < sum.length && square > 0; i++) {
            unit[i] = (float) (sum[i] / Math.sqrt(square));
        }
        return unit;
    }

    @Override
    public void close() {
        batch.close();
    }
}
