package dev.icmlora.cli.function;

import java.util.Map;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;

/// What became of one input.
///
/// @param index of the input, from 0 on
/// @param json what `--json` prints: index, input, output or null, and what is known of it or the error
record RunLine(int index, JsonObject json) {

    /// @param output null in JSON for none
    /// @param detail confidence, probabilities, or the reason for none
    static RunLine answered(int index, String input, JsonElement output, JsonObject detail) {
        JsonObject json = json(index, input, output);
        detail.entrySet().forEach(known -> json.add(known.getKey(), known.getValue()));
        return new RunLine(index, json);
    }

    static RunLine failed(int index, String input, String error) {
        JsonObject json = json(index, input, JsonNull.INSTANCE);
        json.addProperty("error", error);
        return new RunLine(index, json);
    }

    /// @param result a line of a job's results, which is shorter where there is no answer
    static RunLine ofJob(int index, String input, JsonObject result) {
        JsonObject json = json(index, input, result.has("output") ? result.get("output") : JsonNull.INSTANCE);
        for (Map.Entry<String, JsonElement> known : result.entrySet()) {
            if (!json.has(known.getKey())) {
                json.add(known.getKey(), known.getValue());
            }
        }
        return new RunLine(index, json);
    }

    private static JsonObject json(int index, String input, JsonElement output) {
        JsonObject json = new JsonObject();
        json.addProperty("index", index);
        json.addProperty("input", input);
        json.add("output", output);
        return json;
    }

    boolean hasFailed() {
        return json.has("error");
    }

    boolean hasOutput() {
        return !json.get("output").isJsonNull();
    }

    String error() {
        return json.get("error").getAsString();
    }

    /// The answer as one line: a break within it becomes a space. Empty where there is none.
    String text() {
        return hasOutput() ? json.get("output").getAsString().replaceAll("\\R", " ") : "";
    }
}
