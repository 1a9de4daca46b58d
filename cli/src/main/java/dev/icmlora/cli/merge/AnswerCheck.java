package dev.icmlora.cli.merge;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.ModelWorker;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.llama.SamplingOptions;

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

    Outcome compare(Path nativeDirectory, Path base, byte[] adapterGguf, Path merged, int threads) {
        List<String> expected = answers(nativeDirectory, base, Optional.of(adapterGguf), threads);
        List<String> found = answers(nativeDirectory, merged, Optional.empty(), threads);
        int same = 0;
        for (int i = 0; i < expected.size(); i++) {
            same += expected.get(i).equals(found.get(i)) ? 1 : 0;
        }
        return new Outcome(same, expected.size());
    }

    /// @param adapterGguf empty for the model alone
    private List<String> answers(Path nativeDirectory, Path file, Optional<byte[]> adapterGguf, int threads) {
        EngineOptions options = EngineOptions.DEFAULT.withThreads(threads);
        try (ModelWorker worker = ModelWorker.open(nativeDirectory, file, adapterGguf, options)) {
            List<int[]> prompts = inputs.stream()
                    .map(input ->
                            worker.format().query(description, List.of(), input).tokens())
                    .toList();
            return worker.answer(prompts, new Decoding(SamplingOptions.GREEDY, maxTokens, List.of()))
                    .texts();
        }
    }
}
