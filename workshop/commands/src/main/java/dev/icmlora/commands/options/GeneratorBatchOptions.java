package dev.icmlora.commands.options;

import picocli.CommandLine.Option;

import dev.icmlora.trainer.generator.GeneratorTraining.Batches;

/// Options that say what a step of a generator's training is made of.
public final class GeneratorBatchOptions {
    @Option(names = "--tasks", description = "Tasks in a step (default: ${DEFAULT-VALUE}).")
    private int tasks = Batches.DEFAULT.tasks();

    @Option(names = "--tokens", description = "Tokens of a step's prompts (default: ${DEFAULT-VALUE}).")
    private int tokens = Batches.DEFAULT.tokens();

    @Option(names = "--queries", description = "Queries in a sample of them (default: ${DEFAULT-VALUE}).")
    private int queries = Batches.DEFAULT.queries();

    @Option(names = "--packed", description = "Share of packed in-context sequences (default: ${DEFAULT-VALUE}).")
    private double packed = Batches.DEFAULT.packed();

    @Option(
            names = "--foreign",
            paramLabel = "SHARE",
            description = "Share of the packed sequences that are of another task than the adapter, so that an adapter"
                    + " still reads what examples say (default: ${DEFAULT-VALUE}).")
    private double foreign = Batches.DEFAULT.foreign();

    @Option(
            names = "--described",
            paramLabel = "SHARE",
            description = "Share of prompts with the description; else the adapter alone must know the task"
                    + " (default: ${DEFAULT-VALUE}).")
    private double described = Batches.DEFAULT.described();

    @Option(
            names = "--vector-dropout",
            paramLabel = "SHARE",
            description = "Share of a task vector's values that a step does not see (default: ${DEFAULT-VALUE}).")
    private double vectorDropout = Batches.DEFAULT.vectorDropout();

    @Option(
            names = "--text-weight",
            paramLabel = "N",
            description = "A text domain is drawn as often as so many tasks (default: ${DEFAULT-VALUE}).")
    private int textWeight = Batches.DEFAULT.textWeight();

    public Batches batches() {
        return new Batches(tasks, tokens, queries, packed, foreign, described, vectorDropout, textWeight);
    }
}
