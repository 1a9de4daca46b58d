package dev.icmlora.client;

import java.util.Objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/// How inputs are sent.
final class InputForm {

    private InputForm() {}

    /// A string as it is, anything else as JSON without spaces.
    static String write(Object input) {
        Objects.requireNonNull(input, "input");
        return input instanceof String text ? text : json(input);
    }

    /// The same where JSON may stand: a string is a text, anything else what Jackson makes of it.
    ///
    /// @throws IllegalArgumentException if Jackson cannot write the value
    static JsonNode tree(Object input) {
        return Json.MAPPER.valueToTree(Objects.requireNonNull(input, "input"));
    }

    /// @throws IllegalArgumentException if Jackson cannot write the value
    static String json(Object value) {
        try {
            return Json.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    value.getClass().getName() + " cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }
}
