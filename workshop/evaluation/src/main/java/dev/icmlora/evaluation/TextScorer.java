package dev.icmlora.evaluation;

import java.util.Optional;

import dev.icmlora.engine.LoadedModel;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.TokenBatch;

/// Scores texts in a context of its own. Belongs to one thread.
final class TextScorer implements AutoCloseable {
    private final LlamaModel model;
    private final LlamaContext context;
    private final TokenBatch batch;

    /// @param base must outlive it
    TextScorer(LoadedModel base) {
        model = base.model();
        context = base.textContext(1);
        batch = TokenBatch.allocate(context.options().batchTokens(), 1);
    }

    /// Scores the text of a prompt's last answer, its end of turn aside.
    ///
    /// @param adapter empty for the base model alone
    /// @return summed negative log likelihood in nats
    double nats(Optional<Adapter> adapter, Prompt prompt) {
        if (adapter.isEmpty()) {
            return nats(prompt);
        }
        try (LoraAdapter lora = LoraAdapter.load(model, adapter.get().gguf())) {
            lora.attach(context, 1);
            try {
                return nats(prompt);
            } finally {
                context.detachAll();
            }
        }
    }

    private double nats(Prompt prompt) {
        int[] tokens = prompt.tokens();
        Prompt.Answer answer = prompt.answers().getLast();
        int first = answer.from() - 1;
        int end = answer.to() - 2;
        double nats = 0;
        context.clearMemory();
        for (int from = 0; from < end; from += batch.capacity()) {
            int to = Math.min(end, from + batch.capacity());
            batch.clear();
            for (int i = from; i < to; i++) {
                batch.add(tokens[i], i, 0, i >= first);
            }
            context.decode(batch);
            for (int i = Math.max(from, first); i < to; i++) {
                nats += nats(context.logits(i - from), tokens[i + 1]);
            }
        }
        return nats;
    }

    private static double nats(float[] logits, int token) {
        float greatest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            greatest = Math.max(greatest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - greatest);
        }
        return Math.log(sum) + greatest - logits[token];
    }

    @Override
    public void close() {
        batch.close();
        context.close();
    }
}
