package dev.icmlora.cli.function;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/// Options for the form of answers.
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

    @Option(
            names = "--risk",
            paramLabel = "R",
            description = {
                "In place of --abstain: the least sure answers are left out, so that of the others at most",
                "this share is wrong. Above 0, below 1."
            })
    private Double risk;

    /// Whether the answers come as a whole.
    boolean isGiven() {
        return !labels.isEmpty() || schema != null || abstainBelow != null || risk != null;
    }

    /// Adds itself to a body of `/generate`.
    ///
    /// @throws IOException when the schema cannot be read
    /// @throws IllegalArgumentException when it is no JSON, or where there is a risk and a threshold
    void addTo(ObjectNode request) throws IOException {
        if (abstainBelow != null && risk != null) {
            throw new IllegalArgumentException("--risk stands in place of --abstain");
        }
        if (!labels.isEmpty()) {
            ArrayNode texts = request.putArray("labels");
            labels.stream().map(String::strip).forEach(texts::add);
        }
        if (schema != null) {
            request.set("schema", JsonFile.read(schema));
        }
        if (risk != null) {
            request.putObject("abstain_below").put("risk", risk);
        } else {
            request.put("abstain_below", abstainBelow);
        }
    }
}
