package dev.icmlora.cli;

import dev.icmlora.cli.training.TrainCommand;

import java.io.UncheckedIOException;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

import dev.icmlora.cli.function.AdapterCommand;
import dev.icmlora.cli.function.AskCommand;
import dev.icmlora.cli.evaluation.EvalCommand;
import dev.icmlora.cli.evaluation.EvalSelectCommand;
import dev.icmlora.cli.evaluation.ReportCommand;
import dev.icmlora.cli.merge.MergeCommand;
import dev.icmlora.cli.tasks.SuiteCommand;
import dev.icmlora.cli.tasks.CheckCommand;
import dev.icmlora.cli.tasks.TasksCommand;
import dev.icmlora.cli.tasks.TextCommand;
import dev.icmlora.cli.training.CalibrateCommand;
import dev.icmlora.cli.training.ExportCommand;
import dev.icmlora.cli.paper.ImportAdapterCommand;
import dev.icmlora.cli.training.TrainB0Command;
import dev.icmlora.cli.paper.TrainCvaeCommand;
import dev.icmlora.cli.training.TrainGeneratorCommand;
import dev.icmlora.cli.paper.TrainZooCommand;
import dev.icmlora.cli.training.VectorsCommand;

/// The command line: asks a running function, and makes what it runs on.
@Command(
        name = "icm-lora",
        mixinStandardHelpOptions = true,
        description = "Asks the function, and makes, trains and measures generators of LoRA adapters.",
        subcommands = {
            HelpCommand.class,
            AskCommand.class,
            AdapterCommand.class,
            MergeCommand.class,
            TasksCommand.class,
            SuiteCommand.class,
            VectorsCommand.class,
            TextCommand.class,
            CheckCommand.class,
            TrainCommand.class,
            TrainB0Command.class,
            TrainZooCommand.class,
            ImportAdapterCommand.class,
            TrainCvaeCommand.class,
            TrainGeneratorCommand.class,
            ExportCommand.class,
            CalibrateCommand.class,
            EvalCommand.class,
            EvalSelectCommand.class,
            ReportCommand.class
        })
public final class IcmLora {
    private IcmLora() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        try {
            return commandLine().execute(arguments);
        } catch (OutOfMemoryError e) {
            System.err.println("out of memory (" + e.getMessage() + "): the base model or a task's examples are too"
                    + " large for this machine");
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new IcmLora()).setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println(command.getColorScheme().errorText(message(failure)));
            if (System.getenv("ICM_LORA_DEBUG") != null) {
                failure.printStackTrace(command.getErr());
            }
            return command.getCommandSpec().exitCodeOnExecutionException();
        });
    }

    /// What failed; of a file that could not be read or written, also why: "cannot write FILE: No space left on
    /// device".
    private static String message(Exception failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return failure instanceof UncheckedIOException unchecked
                ? message + ": " + unchecked.getCause().getMessage()
                : message;
    }
}
