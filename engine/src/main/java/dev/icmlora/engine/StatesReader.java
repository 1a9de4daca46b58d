package dev.icmlora.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.generator.vector.Fingerprinter;
import dev.icmlora.generator.vector.Reading;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// Reads texts in a context of hidden states: one at a time, whose request has the turn until its last piece.
final class StatesReader implements AutoCloseable {

    /// How soon a request that waits for its turn notices that it was cancelled.
    private static final long NOTICE_MILLIS = 50;

    private final LlamaContext context;
    private final Fingerprinter fingerprinter;
    private final TokenBatch batch;
    private final Semaphore turn = new Semaphore(1, true);

    /// @param context borrowed, and read with nothing else
    StatesReader(LoadedModel model, LlamaContext context, int batchTokens) {
        this.context = context;
        this.fingerprinter = model.fingerprinter(context);
        this.batch = TokenBatch.allocate(batchTokens, 1);
    }

    /// The right to read; given back by closing it.
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /// Whether a text of so many tokens fits.
    boolean holds(int tokens) {
        return tokens <= context.contextTokens();
    }

    Fingerprinter fingerprinter() {
        return fingerprinter;
    }

    /// Embeds a text, on the context's thread: the mean of the base model's hidden states, scaled to length 1.
    ///
    /// @param tokens 1 up to what the context holds
    Reading<float[]> embedding(int[] tokens) {
        var sum = new double[context.model().hiddenSize()];
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

    /// Waits until no other request has the turn.
    ///
    /// @throws dev.icmlora.engine.request.CancelledException if the request was cancelled
    Turn enter(Cancellation cancellation) {
        try {
            do {
                cancellation.check();
            } while (!turn.tryAcquire(NOTICE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while another text is read", e);
        }
        return turn::release;
    }

    @Override
    public void close() {
        batch.close();
        fingerprinter.close();
    }
}
