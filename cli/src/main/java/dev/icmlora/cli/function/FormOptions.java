package dev.icmlora.cli.function;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import picocli.CommandLine.Option;

/// What an answer must be like.
final class FormOptions {

    @Option(
            names = "--labels",
            paramLabel = "A,B",
            split = ",",
            description = "Texts of which every answer is one. May be given several times.")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--schema", paramLabel = "FILE", description = "A JSON schema that every answer follows.")
    private Path schema;

    @Option(
            names = "--abstain",
            paramLabel = "P",
            description =
                    "An answer that is less sure than this, 0 to 1, is left out: an empty line, or null with --json.")
    private Double abstainBelow;

    /// Whether the answers come as a whole.
    boolean isGiven() {
        return !labels.isEmpty() || schema != null || abstainBelow != null;
    }

    /// Adds itself to a body of `/generate`.
    ///
    /// @throws IOException when the schema cannot be read
    /// @throws IllegalArgumentException when it is no JSON
    void addTo(JsonObject request) throws IOException {
        if (!labels.isEmpty()) {
            JsonArray texts = new JsonArray();
            labels.stream().map(String::strip).forEach(texts::add);
            request.add("labels", texts);
        }
        if (schema != null) {
            try {
                request.add("schema", JsonParser.parseString(Files.readString(schema)));
            } catch (JsonParseException e) {
                throw new IllegalArgumentException(schema + " is no JSON", e);
            }
        }
        request.addProperty("abstain_below", abstainBelow);
    }
}
