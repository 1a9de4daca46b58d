package dev.icmlora.trainer.loss;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;

/// A fixed set of queries, described, on examples that are not trained on.
///
/// @param samples the queries of a task each, one answer a query; the owner is the index of the task
public record Validation(List<Batch.Sample> samples) {
    /// Tokens of a forward pass.
    private static final int BATCH_TOKENS = 1200;

    /// @param lossSum of all answer tokens
    /// @param answerTokens their number
    /// @param right answers of which every token, end of turn included, is the likeliest: greedy decoding's hits
    /// @param answers their number
    public record Score(double lossSum, long answerTokens, long right, long answers) {
        /// Mean over the answer tokens.
        public double loss() {
            return lossSum / answerTokens;
        }

        /// Share of right answers.
        public double exact() {
            return (double) right / answers;
        }

        private Score plus(Score other) {
            return new Score(
                    lossSum + other.lossSum,
                    answerTokens + other.answerTokens,
                    right + other.right,
                    answers + other.answers);
        }
    }

    /// About `total` queries: the first held-back examples of each task, asked for with its first description.
    public static Validation of(List<TrainingTask> tasks, int total, PromptFormat format) {
        int each = Math.max(1, total / tasks.size());
        List<Batch.Sample> samples = new ArrayList<>();
        for (int t = 0; t < tasks.size(); t++) {
            List<Example> heldBack = tasks.get(t).heldBack();
            String description = tasks.get(t).task().descriptions().getFirst();
            List<Prompt> queries = heldBack.subList(0, Math.min(each, heldBack.size())).stream()
                    .map(example -> format.packed(description, List.of(example)))
                    .toList();
            samples.addAll(fitting(queries, t));
        }
        samples.sort(Comparator.comparingInt(Batch.Sample::length));
        return new Validation(samples);
    }

    /// Queries of one task, in samples of which each fits into a forward pass.
    private static List<Batch.Sample> fitting(List<Prompt> queries, int task) {
        List<Batch.Sample> samples = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= queries.size(); to++) {
            if (to == queries.size() || new Batch.Sample(queries.subList(from, to + 1), task).length() > BATCH_TOKENS) {
                samples.add(new Batch.Sample(queries.subList(from, to), task));
                from = to;
            }
        }
        return samples;
    }

    /// All queries together.
    ///
    /// @param lora one adapter, or one for each task
    public Score score(NDManager manager, BaseModel model, Lora lora) {
        return scores(manager, model, lora).values().stream()
                .reduce(Score::plus)
                .orElseThrow();
    }

    /// The queries of each task, by its index.
    ///
    /// @param lora one adapter, or one for each task
    public Map<Integer, Score> scores(NDManager manager, BaseModel model, Lora lora) {
        boolean shared = lora.b().getFirst().getShape().get(0) == 1;
        Map<Integer, Score> scores = new HashMap<>();
        for (List<Batch.Sample> batch : batches()) {
            List<Batch.Sample> owned = batch.stream()
                    .map(sample -> shared ? new Batch.Sample(sample.prompts(), 0) : sample)
                    .toList();
            try (NDManager scope = manager.newSubManager()) {
                BaseModel.Outcome outcome = model.losses(scope, Batch.of(owned), lora);
                Answers answers = new Answers(
                        outcome.losses().toFloatArray(), outcome.hits().toFloatArray());
                for (Batch.Sample sample : batch) {
                    for (Prompt prompt : sample.prompts()) {
                        scores.merge(
                                sample.owner(), answers.next(prompt.answers().getFirst()), Score::plus);
                    }
                }
            }
        }
        return scores;
    }

    private List<List<Batch.Sample>> batches() {
        List<List<Batch.Sample>> batches = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= samples.size(); to++) {
            boolean full =
                    to < samples.size() && (to + 1 - from) * samples.get(to).length() > BATCH_TOKENS;
            if (full || to == samples.size()) {
                batches.add(samples.subList(from, to));
                from = to;
            }
        }
        return batches;
    }

    /// Goes through the figures of a batch's answer tokens, answer by answer.
    private static final class Answers {
        private final float[] losses;
        private final float[] hits;
        private int token;

        Answers(float[] losses, float[] hits) {
            this.losses = losses;
            this.hits = hits;
        }

        Score next(Prompt.Answer answer) {
            int tokens = answer.to() - answer.from();
            double loss = 0;
            boolean right = true;
            for (int end = token + tokens; token < end; token++) {
                loss += losses[token];
                right &= hits[token] == 1;
            }
            return new Score(loss, tokens, right ? 1 : 0, 1);
        }
    }
}
