package dev.icmlora.trainer.loss;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;

/// The cross entropy of the answers of some samples: the mean over adapters of the mean over the answer tokens asked of
/// each. So a task with long answers, such as a text to be continued, has no more say than one with short ones.
///
/// @param mean scalar; gradients flow through it
/// @param hits share of the answer tokens that were the likeliest
/// @param answerTokens number of answer tokens
/// @param paddedTokens tokens that went through the model
public record AnswerLoss(NDArray mean, double hits, long answerTokens, long paddedTokens) {

    /// What the log says about it.
    public SequencedMap<String, Double> figures() {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        figures.put("loss", (double) mean.getFloat());
        figures.put("token_accuracy", hits);
        figures.put("answer_tokens", (double) answerTokens);
        figures.put("tokens", (double) paddedTokens);
        return figures;
    }

    public static AnswerLoss of(NDManager scope, BaseModel model, Lora lora, List<Batch.Sample> samples) {
        List<Batch> batches = Buckets.of(samples);
        Map<Long, Integer> tokensOfOwner = new HashMap<>();
        for (Batch batch : batches) {
            for (int token = 0; token < batch.targets().length; token++) {
                tokensOfOwner.merge(batch.ownerOf(token), 1, Integer::sum);
            }
        }
        NDArray mean = null;
        double hits = 0;
        long answerTokens = 0;
        long paddedTokens = 0;
        for (Batch batch : batches) {
            BaseModel.Outcome outcome = model.losses(scope, batch, lora);
            NDArray share = outcome.losses()
                    .mul(scope.create(weights(batch, tokensOfOwner)))
                    .sum();
            mean = mean == null ? share : mean.add(share);
            hits += outcome.hits().sum().getFloat();
            answerTokens += batch.targets().length;
            paddedTokens += batch.tokens().length;
        }
        return new AnswerLoss(mean, hits / answerTokens, answerTokens, paddedTokens);
    }

    private static float[] weights(Batch batch, Map<Long, Integer> tokensOfOwner) {
        float[] weights = new float[batch.targets().length];
        for (int token = 0; token < weights.length; token++) {
            weights[token] = 1f / (tokensOfOwner.get(batch.ownerOf(token)) * tokensOfOwner.size());
        }
        return weights;
    }
}
