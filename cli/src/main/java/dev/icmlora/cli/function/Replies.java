package dev.icmlora.cli.function;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/// What the function says, read.
final class Replies {
    private static final Pattern INPUT = Pattern.compile("/inputs/(\\d{1,9})");

    private Replies() {}

    static JsonObject object(String text) throws IOException {
        try {
            return JsonParser.parseString(text).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new IOException(
                    "what answered is not the function: "
                            + text.lines().findFirst().orElse(""),
                    e);
        }
    }

    /// What an object of the function's always has.
    static JsonElement field(JsonObject object, String name) throws IOException {
        JsonElement value = object.get(name);
        if (value == null || value.isJsonNull()) {
            throw new IOException("what answered is not the function: it has no " + name);
        }
        return value;
    }

    /// What kind of problem a refusal tells of; empty where it does not say.
    static String type(String body) {
        try {
            return text(JsonParser.parseString(body).getAsJsonObject(), "type");
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
            // Something between here and the function.
            return "";
        }
    }

    /// Errors come as problem+json or in OpenAI's form; in a stream of events, both as `error`.
    ///
    /// @param status of the reply; a problem says its own
    static RefusedException refused(int status, String body) {
        String reason = body;
        int said = status;
        Map<Integer, String> inputs = Map.of();
        try {
            JsonObject object = JsonParser.parseString(body).getAsJsonObject();
            JsonObject error = object.has("error") ? object.getAsJsonObject("error") : object;
            JsonElement detail = error.has("message") ? error.get("message") : error.get("detail");
            said = error.has("status") ? error.get("status").getAsInt() : status;
            reason = detail == null || detail.isJsonNull() ? body : detail.getAsString();
            inputs = error.has("errors") ? inputs(error.getAsJsonArray("errors")) : inputs;
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | NumberFormatException
                | UnsupportedOperationException e) {
            // Something between here and the function answered in words of its own.
            reason = body.strip();
        }
        return new RefusedException(said, "the function refused (" + said + "): " + reason, inputs);
    }

    /// Empty where more than single inputs is to blame.
    private static Map<Integer, String> inputs(JsonArray errors) {
        Map<Integer, String> inputs = new HashMap<>();
        for (JsonElement error : errors) {
            JsonObject of = error.getAsJsonObject();
            Matcher input = INPUT.matcher(text(of, "field"));
            if (!input.matches()) {
                return Map.of();
            }
            inputs.put(Integer.parseInt(input.group(1)), text(of, "message"));
        }
        return inputs;
    }

    private static String text(JsonObject object, String field) {
        return object.has(field) ? object.get(field).getAsString() : "";
    }
}
