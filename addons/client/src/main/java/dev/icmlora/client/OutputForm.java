package dev.icmlora.client;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// How outputs of a type are asked for, written in examples, and read.
///
/// @param <O> the type
sealed interface OutputForm<O> permits TextForm, LabelForm, JsonForm {

    /// Why there is no value where a named function's schema allows one that is none.
    Optional<String> NULL = Optional.of("the answer is null");

    /// The form of a type, which is that of the function's outputs.
    ///
    /// @throws IllegalArgumentException saying why the type cannot be an output
    @SuppressWarnings("unchecked") // each form is of the type that it is made for
    static <O> OutputForm<O> of(Type type) {
        JavaType known = Json.MAPPER.constructType(type);
        Class<?> raw = known.getRawClass();
        if (raw == String.class) {
            return (OutputForm<O>) new TextForm();
        }
        if (raw.isEnum()) {
            return (OutputForm<O>) LabelForm.of(raw, raw.getEnumConstants());
        }
        if (raw == Boolean.class || raw == boolean.class) {
            return (OutputForm<O>) LabelForm.of(raw, true, false);
        }
        return new JsonForm<>(OutputSchema.of(type), Json.MAPPER.readerFor(known));
    }

    /// Says in a request what outputs must be.
    void describe(ObjectNode request);

    /// The output of an example.
    String write(O output);

    /// An answer.
    ///
    /// @throws JsonProcessingException if it is none of this type
    O read(String output) throws JsonProcessingException;

    /// The probabilities of all that an answer can be, where it is one of few.
    ///
    /// @param byLabel of a reply
    default Map<O, Double> probabilities(JsonNode byLabel) {
        return Map.of();
    }

    /// Why a function that says itself what its outputs must be has others than this type; empty if it has not.
    ///
    /// @param function its definition, with `labels` or `schema`
    default Optional<String> misfit(JsonNode function) {
        return Optional.empty();
    }

    /// What the function said to an input.
    ///
    /// @param output the text; anything else where there is none
    /// @param detail what is known of it, and why there is none
    /// @param id of the answer; missing where it has none
    default Answer<O> answer(JsonNode output, JsonNode detail, JsonNode id) {
        Optional<String> known = Optional.ofNullable(id.textValue());
        OptionalDouble confidence = detail.hasNonNull("confidence")
                ? OptionalDouble.of(detail.get("confidence").doubleValue())
                : OptionalDouble.empty();
        Map<O, Double> probabilities = probabilities(detail.path("probabilities"));
        if (!output.isTextual()) {
            String error = detail.path("error").asText("the function gave no reason");
            String reason = detail.path("reason").asText(error);
            return new Answer<>(Optional.empty(), confidence, probabilities, Optional.of(reason), known);
        }
        try {
            Optional<O> value = Optional.ofNullable(read(output.asText()));
            return new Answer<>(value, confidence, probabilities, value.isPresent() ? Optional.empty() : NULL, known);
        } catch (JsonProcessingException e) {
            String reason = "the answer is outside its type: " + e.getOriginalMessage();
            return new Answer<>(Optional.empty(), confidence, probabilities, Optional.of(reason), known);
        }
    }
}
