package dev.icmlora.trainer.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;

/// The mean cross entropy over all answer tokens of some samples.
///
/// @param mean scalar; gradients flow through it
/// @param hits share of the answer tokens that were the likeliest
/// @param answerTokens number of answer tokens
/// @param paddedTokens tokens that went through the model
record AnswerLoss(NDArray mean, double hits, long answerTokens, long paddedTokens) {

    /// What the log says about it.
    SequencedMap<String, Double> figures() {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        figures.put("loss", (double) mean.getFloat());
        figures.put("token_accuracy", hits);
        figures.put("answer_tokens", (double) answerTokens);
        figures.put("tokens", (double) paddedTokens);
        return figures;
    }

    static AnswerLoss of(NDManager scope, BaseModel model, Lora lora, List<Batch.Sample> samples) {
        NDArray sum = null;
        double hits = 0;
        long answerTokens = 0;
        long paddedTokens = 0;
        for (Batch batch : Buckets.of(samples)) {
            BaseModel.Outcome outcome = model.losses(scope, batch, lora);
            NDArray loss = outcome.losses().sum();
            sum = sum == null ? loss : sum.add(loss);
            hits += outcome.hits().sum().getFloat();
            answerTokens += batch.targets().length;
            paddedTokens += batch.tokens().length;
        }
        return new AnswerLoss(sum.div(answerTokens), hits / answerTokens, answerTokens, paddedTokens);
    }
}
