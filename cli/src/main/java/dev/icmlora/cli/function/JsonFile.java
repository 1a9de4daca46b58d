package dev.icmlora.cli.function;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/// Files that a person wrote for the function.
final class JsonFile {
    private JsonFile() {}

    /// @throws IOException when the file cannot be read
    /// @throws IllegalArgumentException when it is no JSON object
    static JsonObject object(Path file) throws IOException {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException(file + " is no JSON object", e);
        }
    }
}
