package dev.icmlora.trainer.train;

import java.util.ArrayList;
import java.util.List;

import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;

/// A fixed set of single queries, described, on examples that are not trained on.
///
/// @param queries one answer each; a query's owner is the index of its task
record Validation(List<Batch.Sample> queries) {
    private static final int BATCH = 24;

    /// @param loss mean over the answer tokens
    /// @param exact share of the answers of which every token, end of turn included, is the likeliest: what greedy
    ///        decoding would get right
    record Score(double loss, double exact) {}

    /// About `total` queries: the first held-back examples of each task, asked for with its first description.
    static Validation of(List<TrainingTask> tasks, int total, PromptFormat format) {
        int each = Math.max(1, total / tasks.size());
        List<Batch.Sample> queries = new ArrayList<>();
        for (int t = 0; t < tasks.size(); t++) {
            List<Example> heldBack = tasks.get(t).heldBack();
            String description = tasks.get(t).task().descriptions().getFirst();
            for (Example example : heldBack.subList(0, Math.min(each, heldBack.size()))) {
                Prompt prompt = format.packed(description, List.of(example));
                queries.add(new Batch.Sample(prompt, t));
            }
        }
        queries.sort((a, b) -> Integer.compare(a.length(), b.length()));
        return new Validation(queries);
    }

    /// @param lora one adapter, or one for each task
    Score score(NDManager manager, BaseModel model, Lora lora) {
        boolean shared = lora.b().getFirst().getShape().get(0) == 1;
        double loss = 0;
        long tokens = 0;
        long exact = 0;
        for (int from = 0; from < queries.size(); from += BATCH) {
            List<Batch.Sample> samples = queries.subList(from, Math.min(queries.size(), from + BATCH)).stream()
                    .map(query -> shared ? new Batch.Sample(query.prompt(), 0) : query)
                    .toList();
            try (NDManager scope = manager.newSubManager()) {
                BaseModel.Outcome outcome = model.losses(scope, Batch.of(samples), lora);
                loss += outcome.losses().sum().getFloat();
                float[] hits = outcome.hits().toFloatArray();
                int next = 0;
                for (Batch.Sample sample : samples) {
                    Prompt.Answer answer = sample.prompt().answers().getFirst();
                    boolean all = true;
                    for (int t = answer.from(); t < answer.to(); t++) {
                        all &= hits[next++] == 1;
                    }
                    exact += all ? 1 : 0;
                }
                tokens += next;
            }
        }
        return new Score(loss / tokens, (double) exact / queries.size());
    }
}
