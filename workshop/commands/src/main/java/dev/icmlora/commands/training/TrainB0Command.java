package dev.icmlora.commands.training;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.commands.options.TrainingOptions;
import dev.icmlora.trainer.shared.SharedAdapterTraining;

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

    @Override
    public Integer call() throws IOException {
        return TrainingOptions.exitCode(training().run(System.out));
    }

    SharedAdapterTraining training() {
        return new SharedAdapterTraining(options.settings(), rank, targets);
    }
}
