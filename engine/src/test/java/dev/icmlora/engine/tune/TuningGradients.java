package dev.icmlora.engine.tune;

import java.util.List;

import dev.icmlora.engine.tune.TuningState.Adam;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.ggml.Backend;
import dev.icmlora.llama.LlamaModel;

/// What a step of tuning computes before it changes anything, for the tests of modules that compute it otherwise.
///
/// @param loss the mean over all answer tokens
/// @param ofB its gradients, one for each B in the adapter's order, `[out][rank]`
public record TuningGradients(double loss, List<float[]> ofB) {

    /// Each by itself: where several begin alike, no gradient goes through that.
    ///
    /// @param prompts that end with the one answer that each has, of one block each
    public static TuningGradients of(LlamaModel model, Adapter adapter, List<Prompt> prompts) {
        int answerTokens = prompts.stream()
                .mapToInt(prompt -> prompt.tokens().length - start(prompt))
                .sum();
        double sum = 0;
        try (Backend backend = Backend.cpu(1);
                FrozenWeights weights = FrozenWeights.of(model, backend)) {
            List<float[]> b = LoraTensors.matricesOf(adapter.generated());
            List<float[]> ofB = Adam.zerosLike(b);
            for (Prompt prompt : prompts) {
                ExampleTokens example = new ExampleTokens(0, prompt.tokens(), start(prompt), 1f / answerTokens);
                Run run = Run.gradients(weights, backend, adapter, b, List.of(example), Tuning.BLOCK_TOKENS);
                sum += run.losses()[0];
                add(ofB, run.gradients());
            }
            return new TuningGradients(sum / answerTokens, ofB);
        }
    }

    private static void add(List<float[]> sums, List<float[]> more) {
        for (int i = 0; i < sums.size(); i++) {
            for (int k = 0; k < sums.get(i).length; k++) {
                sums.get(i)[k] += more.get(i)[k];
            }
        }
    }

    private static int start(Prompt prompt) {
        return prompt.answers().getFirst().from();
    }
}
