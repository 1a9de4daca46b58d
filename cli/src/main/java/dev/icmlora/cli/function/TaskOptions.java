package dev.icmlora.cli.function;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
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
    JsonObject task() throws IOException {
        JsonObject task = file == null ? new JsonObject() : read();
        if (description != null) {
            task.addProperty("description", description);
        }
        for (String example : examples) {
            int arrow = example.indexOf(ARROW);
            if (arrow < 0) {
                throw new IllegalArgumentException("--example '" + example + "' has no " + ARROW);
            }
            JsonObject pair = new JsonObject();
            pair.addProperty("input", example.substring(0, arrow).strip());
            pair.addProperty("output", example.substring(arrow + ARROW.length()).strip());
            if (!task.has("examples")) {
                task.add("examples", new JsonArray());
            }
            task.getAsJsonArray("examples").add(pair);
        }
        if (task.isEmpty()) {
            throw new IllegalArgumentException("say what to do: --description, --example or --task");
        }
        return task;
    }

    private JsonObject read() throws IOException {
        JsonObject object = JsonFile.object(file);
        JsonElement task = object.get("task");
        if (task == null) {
            return object;
        }
        if (!task.isJsonObject()) {
            throw new IllegalArgumentException("the task in " + file + " is no JSON object");
        }
        return task.getAsJsonObject();
    }
}
