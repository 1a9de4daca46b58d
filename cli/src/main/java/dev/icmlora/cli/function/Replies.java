package dev.icmlora.cli.function;

import java.io.IOException;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/// What the function says, read.
final class Replies {
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

    /// Errors come as problem+json or in OpenAI's form; in a stream of events, both as `error`.
    ///
    /// @param status of the reply; a problem says its own
    static IOException refused(int status, String body) {
        String reason = body;
        int said = status;
        try {
            JsonObject object = JsonParser.parseString(body).getAsJsonObject();
            JsonObject error = object.has("error") ? object.getAsJsonObject("error") : object;
            JsonElement detail = error.has("message") ? error.get("message") : error.get("detail");
            said = error.has("status") ? error.get("status").getAsInt() : status;
            reason = detail == null || detail.isJsonNull() ? body : detail.getAsString();
        } catch (JsonParseException | IllegalStateException | ClassCastException | NumberFormatException e) {
            // Something between here and the function answered in words of its own.
            reason = body.strip();
        }
        return new IOException("the function refused (" + said + "): " + reason);
    }
}
