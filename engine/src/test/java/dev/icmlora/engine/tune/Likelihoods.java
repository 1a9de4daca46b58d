package dev.icmlora.engine.tune;

import java.util.List;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.TokenBatch;

/// What llama.cpp itself says about the answers.
final class Likelihoods {
    private Likelihoods() {}

    /// The losses of all answer tokens of each example, summed.
    static double[] losses(LlamaModel model, Adapter adapter, List<ExampleTokens> examples) {
        ContextOptions options = ContextOptions.of(512, 256);
        double[] losses = new double[examples.size()];
        try (LoraAdapter lora = LoraAdapter.load(model, adapter.gguf());
                LlamaContext context = LlamaContext.create(model, options);
                TokenBatch batch = TokenBatch.allocate(256, 1)) {
            lora.attach(context, 1);
            for (ExampleTokens example : examples) {
                context.clearMemory();
                batch.clear();
                for (int i = 0; i < example.length(); i++) {
                    batch.add(example.token(i), i, 0, example.isPredictedAt(i));
                }
                context.decode(batch);
                for (int i = example.answerStart() - 1; i < example.length(); i++) {
                    losses[example.index()] += loss(context.logits(i), example.token(i + 1));
                }
            }
        }
        return losses;
    }

    private static double loss(float[] logits, int target) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            greatest = Math.max(greatest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - greatest);
        }
        return greatest + Math.log(sum) - logits[target];
    }
}
