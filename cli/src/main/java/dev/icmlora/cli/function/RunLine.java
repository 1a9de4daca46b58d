package dev.icmlora.cli.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// The outcome of one input.
///
/// @param index of the input, from 0 on
/// @param json what `--json` prints: index, input, output or null, and what is known of it or the error
record RunLine(int index, ObjectNode json) {

    /// @param output null or missing for none
    /// @param detail confidence, probabilities, the reason for none, or the error
    static RunLine answered(int index, String input, JsonNode output, JsonNode detail) {
        ObjectNode json = json(index, input);
        json.set("output", output.isTextual() ? output : null);
        for (var known : detail.properties()) {
            json.putIfAbsent(known.getKey(), known.getValue());
        }
        return new RunLine(index, json);
    }

    static RunLine failed(int index, String input, String error) {
        return new RunLine(index, json(index, input).putNull("output").put("error", error));
    }

    private static ObjectNode json(int index, String input) {
        return JsonNodeFactory.instance.objectNode().put("index", index).put("input", input);
    }

    boolean hasFailed() {
        return json.has("error");
    }

    boolean hasOutput() {
        return json.hasNonNull("output");
    }

    String error() {
        return json.get("error").asText();
    }

    /// The answer as one line: a break within it becomes a space. Empty where there is none.
    String text() {
        return hasOutput() ? json.get("output").asText().replaceAll("\\R", " ") : "";
    }
}
