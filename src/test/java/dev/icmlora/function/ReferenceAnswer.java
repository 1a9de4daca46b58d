package dev.icmlora.function;

import java.util.ArrayList;
import java.util.List;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.TokenBatch;

/// What llama.cpp answers with an adapter's file loaded in its ordinary way, beside the function.
public final class ReferenceAnswer {

    private ReferenceAnswer() {}

    /// The greedy answer of another model and context, with the file loaded as an ordinary adapter.
    public static String of(byte[] adapterFile, String description, String input, int maxTokens) {
        var options = ContextOptions.of(512, 512);
        try (var model = LlamaModel.load(Installation.ofThisProcess().model());
                var context = LlamaContext.create(model, options);
                var adapter = LoraAdapter.load(model, adapterFile);
                var batch = TokenBatch.allocate(512, 1)) {
            adapter.attach(context, 1);
            var prompt = PromptFormat.of(model).query(description, List.of(), input);
            return answer(model, context, batch, prompt.tokens(), maxTokens);
        }
    }

    private static String answer(
            LlamaModel model, LlamaContext context, TokenBatch batch, int[] prompt, int maxTokens) {
        var last = -1;
        for (var position = 0; position < prompt.length; position++) {
            last = batch.add(prompt[position], position, 0, position == prompt.length - 1);
        }
        var answer = new ArrayList<Integer>();
        for (var position = prompt.length; answer.size() < maxTokens; position++) {
            context.decode(batch);
            var token = likeliest(context.logits(last));
            if (model.vocabulary().isEndOfGeneration(token)) {
                break;
            }
            answer.add(token);
            batch.clear();
            last = batch.add(token, position, 0, true);
        }
        return model.vocabulary()
                .detokenize(answer.stream().mapToInt(Integer::intValue).toArray());
    }

    private static int likeliest(float[] logits) {
        var best = 0;
        for (var token = 1; token < logits.length; token++) {
            best = logits[token] > logits[best] ? token : best;
        }
        return best;
    }
}
