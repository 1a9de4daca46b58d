package dev.icmlora.cli.function;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/// A task on the command line.
final class TaskOptions {
    private static final String ARROW = "=>";

    @Option(
            names = {"-t", "--task"},
            paramLabel = "FILE",
            description = "A task as JSON, or a request that holds one, such as demo/intent.json.")
    private Path file;

    @Option(
            names = {"-d", "--description"},
            paramLabel = "TEXT",
            description = "What to do.")
    private String description;

    @Option(
            names = {"-e", "--example"},
            paramLabel = "IN=>OUT",
            description = "A worked example, as 'cat => cats'. May be given several times.")
    private List<String> examples = new ArrayList<>();

    boolean isGiven() {
        return file != null || description != null || !examples.isEmpty();
    }

    /// The task in the function's form.
    ///
    /// @throws IOException when the file cannot be read
    /// @throws IllegalArgumentException when there is no task, or one that cannot be understood
    ObjectNode task() throws IOException {
        ObjectNode task = file == null ? JsonNodeFactory.instance.objectNode() : read();
        if (description != null) {
            task.put("description", description);
        }
        for (String example : examples) {
            int arrow = example.indexOf(ARROW);
            if (arrow < 0) {
                throw new IllegalArgumentException("--example '" + example + "' has no " + ARROW);
            }
            task.withArray("examples")
                    .addObject()
                    .put("input", example.substring(0, arrow).strip())
                    .put("output", example.substring(arrow + ARROW.length()).strip());
        }
        if (task.isEmpty()) {
            throw new IllegalArgumentException("say what to do: --description, --example or --task");
        }
        return task;
    }

    private ObjectNode read() throws IOException {
        ObjectNode object = JsonFile.object(file);
        JsonNode task = object.path("task");
        if (task.isMissingNode()) {
            return object;
        }
        if (task instanceof ObjectNode inner) {
            return inner;
        }
        throw new IllegalArgumentException("the task in " + file + " is no JSON object");
    }
}
