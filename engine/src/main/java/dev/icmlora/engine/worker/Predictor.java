package dev.icmlora.engine.worker;

import dev.icmlora.generator.task.Prompt;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// Reads texts with whatever weights a context has, and tells what is predicted in them.
///
/// The context is borrowed, must have room for one more sequence than others use, and belongs to the calling thread.
/// Its memory is left as it was found.
public final class Predictor implements AutoCloseable {

    private final LlamaContext context;
    private final int sequence;
    private final TokenBatch batch;

    /// @param batchTokens tokens of one decode
    /// @param sequence that no other code uses
    public Predictor(LlamaContext context, int batchTokens, int sequence) {
        this.context = context;
        this.sequence = sequence;
        this.batch = TokenBatch.allocate(batchTokens, context.options().maxSequences());
    }

    /// Reads a prompt up to the end of its last answer, and tells what is predicted at each token of that
    /// answer, its end of turn aside.
    ///
    /// @param beforeDecode called before every decode; what it throws ends the reading
    public void predict(Prompt prompt, NextToken next, Runnable beforeDecode) {
        int[] tokens = prompt.tokens();
        Prompt.Answer answer = prompt.answers().getLast();
        int end = answer.to() - 2;
        try {
            for (int from = 0; from < end; from += batch.capacity()) {
                int to = Math.min(end, from + batch.capacity());
                batch.clear();
                for (int i = from; i < to; i++) {
                    batch.add(tokens[i], i, sequence, i >= answer.from() - 1);
                }
                beforeDecode.run();
                context.decode(batch);
                for (int i = Math.max(from, answer.from() - 1); i < to; i++) {
                    next.at(tokens[i + 1], context.logits(i - from));
                }
            }
        } finally {
            context.removeSequence(sequence, -1, -1);
        }
    }

    @Override
    public void close() {
        batch.close();
    }
}
