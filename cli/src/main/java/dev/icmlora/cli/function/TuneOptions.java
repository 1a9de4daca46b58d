package dev.icmlora.cli.function;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

import dev.icmlora.client.IcmLoraClient;

/// Options for tuning the generated adapter on the task's examples.
final class TuneOptions {

    @Option(names = "--tune", description = "Tune the generated adapter on the task's examples.")
    private boolean tune;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Gradient steps of --tune (default: as many as suit the number of examples).")
    private Integer steps;

    /// The description of the tuned adapter, while a bar shows how far it is; empty where nothing is to be tuned.
    ///
    /// @throws IllegalArgumentException when there are steps of nothing
    Optional<JsonNode> tuned(TaskOptions task, IcmLoraClient client) throws IOException {
        if (!tune && steps != null) {
            throw new IllegalArgumentException("--steps goes with --tune");
        }
        if (!tune) {
            return Optional.empty();
        }
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.set("task", task.task());
        ObjectNode how = request.putObject("tune");
        if (steps != null) {
            how.put("steps", steps);
        }
        try (TuningBar bar = new TuningBar();
                Stream<JsonNode> events = client.events("/adapter", request)) {
            for (JsonNode event : (Iterable<JsonNode>) events::iterator) {
                if (event.has("reply")) {
                    return Optional.of(event.get("reply"));
                }
                bar.accept(event);
            }
            throw new IOException("the function tuned nothing");
        }
    }
}
