package dev.icmlora.generator.vector;

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

    /// Number of tokens that {@link #of} would decode for `task`; it must not exceed the context.
    public int tokens(Task task) {
        return format.packed(task.description(), task.examples()).tokens().length;
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
}
