package dev.icmlora.generator.vector;

import java.util.function.IntPredicate;
import java.util.function.Supplier;

import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// Takes the fingerprint of a task: one pass of the base model over description and examples.
///
/// The context is borrowed: it must give embeddings, must never have an adapter attached (a task vector of an adapted
/// model is another thing) and belongs to one thread. Its memory is cleared before and after each task.
public final class Fingerprinter implements AutoCloseable {

    private final PromptFormat format;
    private final LlamaContext context;
    private final int hidden;
    private final TokenBatch batch;

    public Fingerprinter(PromptFormat format, LlamaContext context, int hidden, int batchTokens) {
        this.format = format;
        this.context = context;
        this.hidden = hidden;
        this.batch = TokenBatch.allocate(batchTokens, 1);
    }

    /// The vector of `task`, on the context's thread.
    ///
    /// @throws IllegalArgumentException when the task says nothing, or has more tokens than the context holds
    public TaskVector of(Task task) {
        if (task.isEmpty()) {
            throw new IllegalArgumentException("a task vector needs a description or at least one example");
        }
        return begin(format.packed(task.description(), task.examples())).finish();
    }

    /// The vector of a task that says something, to be read on the context's thread. Any thread may call this.
    ///
    /// @param prompt all of the task
    /// @throws IllegalArgumentException when it has more tokens than the context holds
    public Reading<TaskVector> begin(Prompt prompt) {
        int[] tokens = prompt.tokens();
        if (tokens.length > context.contextTokens()) {
            throw new IllegalArgumentException(
                    "the task has " + tokens.length + " tokens, the context holds " + context.contextTokens());
        }
        float[] values = new float[TaskVector.length(hidden)];
        float[] weights = new float[tokens.length];
        int[] parts = new int[tokens.length];
        plan(prompt, parts, weights, values);
        return new Reading<>(
                context,
                batch,
                tokens,
                token -> weights[token] != 0,
                (token, state) -> accumulate(values, parts[token], weights[token], state),
                () -> new TaskVector(values));
    }

    /// Says for each token which part of the vector its hidden state belongs to and with what weight (0: not read), and
    /// sets the presence flags.
    private void plan(Prompt prompt, int[] parts, float[] weights, float[] values) {
        if (prompt.descriptionEnd() >= 0) {
            weights[prompt.descriptionEnd()] = 1;
            values[3 * hidden] = 1;
        }
        float share = 1f / Math.max(1, prompt.answers().size());
        for (Prompt.Answer answer : prompt.answers()) {
            parts[answer.from() - 1] = 1;
            weights[answer.from() - 1] = share;
            parts[answer.last()] = 2;
            weights[answer.last()] = share;
            values[3 * hidden + 1] = 1;
        }
    }

    private void accumulate(float[] values, int part, float weight, float[] state) {
        if (state.length != hidden) {
            throw new IllegalStateException("hidden state of " + state.length + " floats, expected " + hidden);
        }
        int offset = part * hidden;
        for (int i = 0; i < hidden; i++) {
            values[offset + i] += weight * state[i];
        }
    }

    @Override
    public void close() {
        batch.close();
    }

    /// A text on its way through a context of hidden states, piece by piece. Between two pieces the thread may do
    /// something else, but nothing else may use the context.
    ///
    /// A text has the same pieces whatever else goes on, so that the same comes out.
    ///
    /// @param <T> what is made of the states
    public static final class Reading<T> {

        private static final int SEQUENCE = 0;
        /// Few enough to take little time, enough to keep all threads busy.
        private static final int PIECE_TOKENS = 128;
        /// ggml attends to fewer tokens in another way, which adds up in another order. From so many on, pieces of a
        /// batch have the very states that the batch has as a whole.
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
        interface States {
            void at(int token, float[] state);
        }

        /// @param context borrowed, as is the batch; its memory is cleared
        /// @param batch as large as may be computed together
        /// @param tokens no more than the context holds
        /// @param wanted whether `states` is told of the token with this index
        /// @param result asked when all is read
        Reading(
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
            return position
                    + (left < PIECE_TOKENS + LEAST_TOKENS && left <= most ? left : Math.min(PIECE_TOKENS, most));
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
}
