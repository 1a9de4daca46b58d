package dev.icmlora.cli.merge;

import java.nio.file.Path;
import java.util.List;

import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.evaluation.GreedyDecoder;

/// Whether a merged model answers like the base model with the adapter, which is what the function
/// serves: the likeliest token each time, in the function's form of prompt.
///
/// Weights of another type are multiplied with activations that are rounded in another way, and where two tokens are
/// nearly as likely this decides. So the longer an answer, the likelier it parts from the other.
///
/// @param description of the task; may be empty
/// @param inputs what both answer
/// @param maxTokens most tokens of an answer
record AnswerCheck(String description, List<String> inputs, int maxTokens) {
    private static final int CONTEXT = 4096;
    private static final int BATCH = 512;
    private static final int SEQUENCES = 8;

    /// The first tokens after words and sentences, for an adapter of which nothing is known.
    static final AnswerCheck WITHOUT_A_TASK = new AnswerCheck(
            "",
            List.of(
                    "cat",
                    "knife",
                    "Germany",
                    "seventeen",
                    "2026-11-25",
                    "red, green, blue",
                    "The train is late again.",
                    "I would like to buy a scarf, please.",
                    "Where is the nearest station?",
                    "Anna wrote Ben a letter.",
                    "12 + 30",
                    "happy",
                    "to run",
                    "3 km",
                    "jane.doe@example.org",
                    "The film was far too long.",
                    "Call me at noon.",
                    "apple pear plum",
                    "Berlin is the capital of Germany.",
                    "My order never arrived."),
            4);

    record Outcome(int same, int all) {
        double agreement() {
            return (double) same / all;
        }
    }

    Outcome compare(Path base, byte[] adapterGguf, Path merged, int threads) {
        List<String> expected = answers(base, adapterGguf, threads);
        List<String> found = answers(merged, null, threads);
        int same = 0;
        for (int i = 0; i < expected.size(); i++) {
            same += expected.get(i).equals(found.get(i)) ? 1 : 0;
        }
        return new Outcome(same, expected.size());
    }

    /// @param adapterGguf null for the model alone
    private List<String> answers(Path file, byte[] adapterGguf, int threads) {
        ContextOptions options =
                new ContextOptions(CONTEXT, BATCH, BATCH, SEQUENCES, threads, ContextOptions.LOGITS, true);
        try (LlamaModel model = LlamaModel.load(file, ModelOptions.DEFAULT);
                LlamaContext context = LlamaContext.create(model, options);
                GreedyDecoder decoder = new GreedyDecoder(context, SEQUENCES)) {
            if (adapterGguf == null) {
                return answers(model, decoder);
            }
            try (LoraAdapter adapter = LoraAdapter.load(model, adapterGguf)) {
                adapter.attach(context, 1);
                return answers(model, decoder);
            }
        }
    }

    private List<String> answers(LlamaModel model, GreedyDecoder decoder) {
        PromptFormat format = PromptFormat.of(model);
        List<int[]> prompts = inputs.stream()
                .map(input -> format.query(description, List.of(), input).tokens())
                .toList();
        return decoder.answer(prompts, maxTokens);
    }
}
