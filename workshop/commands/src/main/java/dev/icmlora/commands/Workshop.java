package dev.icmlora.cli.training;

import picocli.CommandLine;

import dev.icmlora.cli.IcmLora;
import dev.icmlora.cli.evaluation.EvalCommand;
import dev.icmlora.cli.evaluation.ReportCommand;
import dev.icmlora.cli.paper.PaperCommand;

/// The whole command line: what trains needs PyTorch on the class path.
public final class IcmLoraTrainer {
    private IcmLoraTrainer() {}

    public static void main(String[] arguments) {
        System.exit(IcmLora.run(commandLine(), arguments));
    }

    public static CommandLine commandLine() {
        return IcmLora.commandLine(
                new TrainCommand(),
                new VectorsCommand(),
                new TrainB0Command(),
                new TrainGeneratorCommand(),
                new ExportCommand(),
                new CalibrateCommand(),
                new EvalCommand(),
                new ReportCommand(),
                new PaperCommand());
    }
}
