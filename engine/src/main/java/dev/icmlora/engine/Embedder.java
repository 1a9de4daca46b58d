package dev.icmlora.engine;

import dev.icmlora.generator.vector.Reading;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// Embeddings of texts: the mean of the base model's hidden states, scaled to length 1.
///
/// The context is borrowed; it gives embeddings and never has an adapter.
final class Embedder implements AutoCloseable {

    private final LlamaContext context;
    private final int hidden;
    private final TokenBatch batch;

    Embedder(LlamaContext context, int hidden, int batchTokens) {
        this.context = context;
        this.hidden = hidden;
        this.batch = TokenBatch.allocate(batchTokens, 1);
    }

    /// As many numbers as the model's hidden state has, to be read on the context's thread.
    ///
    /// @param tokens 1 up to what the context holds
    Reading<float[]> begin(int[] tokens) {
        var sum = new double[hidden];
        return new Reading<>(context, batch, tokens, _ -> true, (_, state) -> add(state, sum), () -> unit(sum));
    }

    private static void add(float[] state, double[] sum) {
        for (var i = 0; i < sum.length; i++) {
            sum[i] += state[i];
        }
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
