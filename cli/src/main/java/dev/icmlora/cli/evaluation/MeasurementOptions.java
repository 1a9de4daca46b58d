package dev.icmlora.cli.evaluation;

import java.nio.file.Path;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.generator.Installation;
import dev.icmlora.cli.function.FunctionOptions;

/// Options of the commands that measure a running function on the task suite.
final class MeasurementOptions {
    @Mixin
    FunctionOptions function;

    @Option(names = "--generator", description = "That the function runs (default: models/generator.gguf).")
    private Path generator;

    @Option(names = "--inputs", paramLabel = "N", description = "Test inputs of a task (default: ${DEFAULT-VALUE}).")
    int inputs = 8;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "Most tasks of a group, drawn at random (default: ${DEFAULT-VALUE}).")
    int tasks = 40;

    @Option(names = "--seed", description = "Of what is drawn (default: ${DEFAULT-VALUE}).")
    long seed = 1;

    @Option(names = "--suite-seed", description = "Seed of the task suite (default: ${DEFAULT-VALUE}).")
    long suiteSeed = 1;

    Path generator(Installation installation) {
        return generator == null ? installation.generator() : generator;
    }
}
