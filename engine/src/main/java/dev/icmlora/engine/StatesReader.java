package dev.icmlora.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.generator.vector.Fingerprinter;
import dev.icmlora.llama.LlamaContext;

/// Reads texts in a context of hidden states: one at a time, whose request has the turn until its last piece.
final class StatesReader implements AutoCloseable {

    /// How soon a request that waits for its turn notices that it was cancelled.
    private static final long NOTICE_MILLIS = 50;

    private final LlamaContext context;
    private final Fingerprinter fingerprinter;
    private final Semaphore turn = new Semaphore(1, true);

    /// @param context borrowed, and read with nothing else
    StatesReader(LoadedModel model, LlamaContext context) {
        this.context = context;
        this.fingerprinter = model.fingerprinter(context);
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
        fingerprinter.close();
    }
}
