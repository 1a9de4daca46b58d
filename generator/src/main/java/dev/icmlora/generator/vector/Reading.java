package dev.icmlora.generator.vector;

import java.util.function.IntPredicate;
import java.util.function.Supplier;

import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// A text on its way through a context of hidden states, piece by piece. Between two pieces the thread may do something
/// else, but nothing else may use the context.
///
/// A text has the same pieces whatever else goes on, so that the same comes out.
///
/// @param <T> what is made of the states
public final class Reading<T> {

    private static final int SEQUENCE = 0;
    /// Few enough to take little time, enough to keep all threads busy.
    private static final int PIECE_TOKENS = 128;
    /// ggml attends to fewer tokens in another way, which adds up in another order. From so many on, pieces of a batch
    /// have the very states that the batch has as a whole.
    private static final int LEAST_TOKENS = 64;

    private final LlamaContext context;
    private final TokenBatch batch;
    private final int[] tokens;
    private final IntPredicate wanted;
    private final States states;
    private final Supplier<T> result;
    private int position;

    /// Is told of the hidden state at a token.
    @FunctionalInterface
    public interface States {
        void at(int token, float[] state);
    }

    /// @param context borrowed, as is the batch; its memory is cleared
    /// @param batch as large as may be computed together
    /// @param tokens no more than the context holds
    /// @param wanted whether `states` is told of the token with this index
    /// @param result asked when all is read
    public Reading(
            LlamaContext context,
            TokenBatch batch,
            int[] tokens,
            IntPredicate wanted,
            States states,
            Supplier<T> result) {
        this.context = context;
        this.batch = batch;
        this.tokens = tokens;
        this.wanted = wanted;
        this.states = states;
        this.result = result;
    }

    public boolean isDone() {
        return position == tokens.length;
    }

    /// Reads the next piece, on the context's thread.
    ///
    /// @return tokens that were read
    public int advance() {
        int start = position;
        int end = end();
        if (start == 0) {
            context.clearMemory();
        }
        batch.clear();
        for (int i = start; i < end; i++) {
            batch.add(tokens[i], i, SEQUENCE, wanted.test(i));
        }
        context.decode(batch);
        for (int i = start; i < end; i++) {
            if (wanted.test(i)) {
                states.at(i, context.embedding(i - start));
            }
        }
        position = end;
        if (isDone()) {
            context.clearMemory();
        }
        return end - start;
    }

    private int end() {
        int left = tokens.length - position;
        int most = batch.capacity();
        return position + (left < PIECE_TOKENS + LEAST_TOKENS && left <= most ? left : Math.min(PIECE_TOKENS, most));
    }

    /// @throws IllegalStateException if it is not done
    public T result() {
        if (!isDone()) {
            throw new IllegalStateException("only " + position + " of " + tokens.length + " tokens are read");
        }
        return result.get();
    }

    /// Reads all of it.
    public T finish() {
        while (!isDone()) {
            advance();
        }
        return result();
    }
}
