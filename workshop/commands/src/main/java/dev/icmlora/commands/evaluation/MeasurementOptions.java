package dev.icmlora.commands.evaluation;

import java.io.IOException;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.ObjectMapper;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.cli.function.FailedRequest;
import dev.icmlora.cli.function.FunctionOptions;
import dev.icmlora.client.IcmLoraException;
import dev.icmlora.commands.options.SparkOption;
import dev.icmlora.engine.Installation;
import dev.icmlora.evaluation.FunctionClient;
import dev.icmlora.evaluation.Measurement;

/// Options of `eval` for every kind of measurement.
final class MeasurementOptions {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin
    private FunctionOptions function;

    @Mixin
    private SparkOption spark;

    @Option(names = "--generator", description = "That the function runs (default: models/generator.gguf).")
    private Path generator;

    @Option(names = "--inputs", paramLabel = "N", description = "Test inputs of a task (default: 8; of a FOLDER, 60).")
    private Integer inputs;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "Most held-out tasks, drawn at random (default: ${DEFAULT-VALUE}).")
    private int tasks = Measurement.DEFAULT.tasks();

    @Option(
            names = "--seen",
            paramLabel = "N",
            description = "Most tasks of those that the generator was trained on (default: ${DEFAULT-VALUE}).")
    private int seen = Measurement.DEFAULT.seen();

    @Option(names = "--seed", description = "Of what is drawn (default: ${DEFAULT-VALUE}).")
    private long seed = Measurement.DEFAULT.seed();

    /// @param usualInputs where no number is named
    Measurement measurement(int usualInputs) {
        return new Measurement(inputs == null ? usualInputs : inputs, tasks, seen, seed);
    }

    FunctionClient connect() {
        FunctionOptions asked = function;
        return new FunctionClient(request -> generate(asked, request), spark.runner(1));
    }

    private static String generate(FunctionOptions function, String request) throws IOException {
        try {
            return function.connect().post("/generate", JSON.readTree(request)).toString();
        } catch (IcmLoraException e) {
            if (e.status() == 0) {
                throw new IllegalStateException(FailedRequest.message(e), e);
            }
            throw new IOException(FailedRequest.message(e));
        }
    }

    Path generator(Installation installation) {
        return generator == null ? installation.generator() : generator;
    }
}
