package dev.icmlora.openai;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.databind.JsonNode;

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
/// @param schema that a text is to follow; [#withGrammar] reads it
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
        Optional<Schema> schema,
        Optional<List<String>> labels) {

    /// A JSON schema as it was sent.
    ///
    /// @param field pointer to it in the request
    record Schema(JsonNode node, String field) {}

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
        return with(
                sampling,
                Optional.ofNullable(function.schema())
                        .map(node -> new Schema(node, "/schema"))
                        .or(() -> schema),
                Optional.ofNullable(function.labels()).or(() -> labels));
    }

    /// The request with the grammar of its schema. A schema takes time to read, so the caller has its turn by then.
    ///
    /// @throws dev.icmlora.function.error.RequestException if the schema cannot be followed
    TextRequest withGrammar() {
        return schema.map(sent -> sampling.withGrammar(SchemaGrammar.of(sent.node, sent.field)))
                .map(kept -> with(kept, Optional.empty(), labels))
                .orElse(this);
    }

    private TextRequest with(SamplingOptions kept, Optional<Schema> unread, Optional<List<String>> chosen) {
        return new TextRequest(
                model, task, prompt, choices, kept, maxTokens, stops, topLogprobs, ignoresEnd, unread, chosen);
    }
}
