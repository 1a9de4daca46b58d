package dev.icmlora.trainer.foundation;

import java.util.List;
import java.util.stream.IntStream;

import ai.djl.ndarray.NDManager;

import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.model.LoraTuning;

/// Tunes adapters for several tasks at once, each as the engine does in a request.
///
/// @param options of every one, but for how many examples make a step: here it is all
record RequestTuning(BaseModel model, TuningOptions options) {

    /// @param starts an adapter for each task to begin with
    /// @param rates how many times the rate of a step each matrix B is tuned at
    /// @param samples the examples of each task, owned by its index
    /// @return an adapter for each task
    Lora tune(NDManager scope, Lora starts, float[] rates, List<Batch.Sample> samples) {
        Batch batch = Batch.of(samples);
        float[] shares = shares(samples);
        LoraTuning tuning = LoraTuning.of(starts);
        for (int step = 0; step < options.steps(); step++) {
            tuning = model.tuned(
                    scope,
                    batch,
                    shares,
                    tuning,
                    times(rates, options.rateOf(step)),
                    options.decayOfMean(),
                    options.decayOfSquares());
        }
        return tuning.lora();
    }

    private static float[] times(float[] rates, float factor) {
        float[] product = rates.clone();
        for (int i = 0; i < product.length; i++) {
            product[i] *= factor;
        }
        return product;
    }

    /// A task's loss is the mean over its examples of the mean over the tokens of an answer.
    private static float[] shares(List<Batch.Sample> samples) {
        float[] shares = new float
                [samples.stream()
                        .flatMap(sample -> sample.prompts().stream())
                        .mapToInt(RequestTuning::answerTokens)
                        .sum()];
        int next = 0;
        for (Batch.Sample sample : samples) {
            for (Prompt prompt : sample.prompts()) {
                int tokens = answerTokens(prompt);
                float share = 1f / (tokens * sample.prompts().size());
                for (int end = next + tokens; next < end; next++) {
                    shares[next] = share;
                }
            }
        }
        return shares;
    }

    private static int answerTokens(Prompt prompt) {
        return prompt.answers().stream()
                .flatMapToInt(answer -> IntStream.of(answer.to() - answer.from()))
                .sum();
    }
}
