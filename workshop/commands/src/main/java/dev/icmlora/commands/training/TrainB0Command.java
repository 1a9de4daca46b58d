package dev.icmlora.commands.training;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.commands.options.TrainingOptions;
import dev.icmlora.trainer.shared.SharedAdapterTraining;
import dev.icmlora.trainer.shared.SharedAdapterTraining.Batches;

/// `icm-lora train-b0`: A and B0, the adapter that all tasks share.
@Command(
        name = "train-b0",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains the shared adapter (A and B0) on all training tasks; killed, it goes on where it was.")
public final class TrainB0Command implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Option(names = "--rank", description = "Rank of all adapters (default: ${DEFAULT-VALUE}).")
    private int rank = SharedAdapterTraining.RANK;

    @Option(
            names = "--targets",
            paramLabel = "MODULE",
            split = ",",
            description = "Modules of every layer that all adapters change, as GGUF names them (default:"
                    + " attn_q,attn_v); also attn_k, attn_output, ffn_gate, ffn_up, ffn_down.")
    private List<String> targets = SharedAdapterTraining.TARGETS;

    @Option(names = "--tokens", description = "Tokens of a step's prompts (default: ${DEFAULT-VALUE}).")
    private int tokens = Batches.DEFAULT.tokens();

    @Option(names = "--queries", description = "Queries in a sample of them (default: ${DEFAULT-VALUE}).")
    private int queries = Batches.DEFAULT.queries();

    @Option(names = "--packed", description = "Share of packed in-context sequences (default: ${DEFAULT-VALUE}).")
    private double packed = Batches.DEFAULT.packed();

    @Override
    public Integer call() throws IOException {
        return TrainingOptions.exitCode(training().run(System.out));
    }

    SharedAdapterTraining training() {
        return new SharedAdapterTraining(options.settings(), new Batches(tokens, queries, packed), rank, targets);
    }
}
