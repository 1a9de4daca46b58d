package dev.icmlora.engine.tune;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.ggml.Backend;
import dev.icmlora.llama.LlamaModel;

/// What a step of tuning computes before it changes anything, for the tests of modules that compute it otherwise.
///
/// @param loss the mean over all answer tokens
/// @param ofB its gradients, one for each B in the adapter's order, `[out][rank]`
public record TuningGradients(double loss, List<float[]> ofB) {

    /// @param prompts that end with the one answer that each has
    public static TuningGradients of(LlamaModel model, Adapter adapter, List<Prompt> prompts) {
        int answerTokens = prompts.stream()
                .mapToInt(prompt -> prompt.tokens().length - start(prompt))
                .sum();
        List<ExampleTokens> examples = IntStream.range(0, prompts.size())
                .mapToObj(i -> new ExampleTokens(i, prompts.get(i).tokens(), start(prompts.get(i)), 1f / answerTokens))
                .toList();
        try (Backend backend = Backend.cpu(1);
                FrozenWeights weights = FrozenWeights.of(model, backend)) {
            List<float[]> b = LoraTensors.matricesOf(adapter.generated());
            Run run = Run.thereAndBack(weights, backend, adapter, b, examples, Tuning.BLOCK_TOKENS);
            return new TuningGradients(Arrays.stream(run.losses()).sum() / answerTokens, run.gradients());
        }
    }

    private static int start(Prompt prompt) {
        return prompt.answers().getFirst().from();
    }
}
