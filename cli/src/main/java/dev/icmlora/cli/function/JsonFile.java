package dev.icmlora.cli.function;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Files that a person wrote for the function.
final class JsonFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonFile() {}

    /// @throws IOException when the file cannot be read
    /// @throws IllegalArgumentException when it is no JSON
    static JsonNode read(Path file) throws IOException {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// @throws IOException when the file cannot be read
    /// @throws IllegalArgumentException when it is no JSON object
    static ObjectNode object(Path file) throws IOException {
        if (read(file) instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException(file + " is no JSON object");
    }
}
