package dev.icmlora.openai;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.schema.SchemaGrammar;
import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Text that is wanted from the model, with an adapter or without. The one that makes it has checked it.
///
/// @param model name of the base model or of a function, or a known adapter's id
/// @param task what to generate an adapter for, in place of a known one
/// @param choices texts for each prompt; all of them have the sampling's seed plus their index
/// @param maxTokens most tokens of one text; empty for the default, or less where the context ends
/// @param stops a text ends before the first of these
/// @param topLogprobs see [Decoding]
/// @param ignoresEnd whether a text goes on where the model would end it
/// @param labels texts of which the answer is to be one; what is said of sampling does not count then
record TextRequest(
        String model,
        Optional<TaskBody> task,
        Prompt prompt,
        int choices,
        SamplingOptions sampling,
        OptionalInt maxTokens,
        List<String> stops,
        OptionalInt topLogprobs,
        boolean ignoresEnd,
        Optional<List<String>> labels) {

    private static final String SCHEMA = "/schema";

    /// The beginning that a text goes on from.
    sealed interface Prompt {}

    /// A chat, in the model's template.
    record Chat(List<ChatMessage> messages) implements Prompt {}

    /// Texts as they are, each continued on its own.
    record Plain(List<String> texts) implements Prompt {}

    /// What a text may ask for beside labels, of which the likeliest is taken.
    ///
    /// @param logprobs whether it asks for those of its tokens
    static void besideLabels(int choices, boolean logprobs, List<String> stops, Violations violations) {
        violations.when(choices > 1, "/n", 1, choices, "must be 1 beside labels: the likeliest one is taken");
        violations.when(logprobs, "/logprobs", false, true, "must be false beside labels, which have probabilities");
        violations.when(!stops.isEmpty(), "/stop", 0, stops.size(), "must not be given beside labels");
    }

    /// The request with a function's labels or schema. What the function leaves open is the request's.
    TextRequest with(FunctionDefinition function) {
        return new TextRequest(
                model,
                task,
                prompt,
                choices,
                function.schema() == null
                        ? sampling
                        : sampling.withGrammar(SchemaGrammar.of(function.schema(), SCHEMA)),
                maxTokens,
                stops,
                topLogprobs,
                ignoresEnd,
                Optional.ofNullable(function.labels()).or(() -> labels));
    }
}
