package dev.icmlora.cli;

import java.io.UncheckedIOException;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

import dev.icmlora.cli.function.AdapterCommand;
import dev.icmlora.cli.function.AskCommand;
import dev.icmlora.cli.function.DefineCommand;
import dev.icmlora.cli.function.FunctionsCommand;
import dev.icmlora.cli.function.RunCommand;
import dev.icmlora.cli.merge.MergeCommand;
import dev.icmlora.cli.tasks.CheckCommand;
import dev.icmlora.cli.tasks.SuiteCommand;
import dev.icmlora.cli.tasks.TasksCommand;
import dev.icmlora.cli.tasks.TextCommand;

/// The command line without what trains: it needs no PyTorch on the class path.
/// `dev.icmlora.cli.training.IcmLoraTrainer`
/// has all commands.
@Command(
        name = "icm-lora",
        mixinStandardHelpOptions = true,
        description = "Asks the function, and makes, trains and measures generators of LoRA adapters.",
        subcommands = {
            HelpCommand.class,
            AskCommand.class,
            DefineCommand.class,
            FunctionsCommand.class,
            RunCommand.class,
            AdapterCommand.class,
            MergeCommand.class,
            TasksCommand.class,
            SuiteCommand.class,
            TextCommand.class,
            CheckCommand.class,
            CompletionCommand.class
        })
public final class IcmLora {
    private IcmLora() {}

    public static void main(String[] arguments) {
        System.exit(run(commandLine(), arguments));
    }

    /// Runs one command.
    ///
    /// @return exit code of the process
    public static int run(CommandLine commands, String[] arguments) {
        try {
            return commands.execute(arguments);
        } catch (OutOfMemoryError e) {
            System.err.println("out of memory (" + e.getMessage() + "): the base model or a task's examples are too"
                    + " large for this machine");
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    /// The light commands and others.
    ///
    /// @param more commands, each annotated with its name
    public static CommandLine commandLine(Object... more) {
        CommandLine commands = new CommandLine(new IcmLora());
        for (Object command : more) {
            commands.addSubcommand(command);
        }
        return commands.setExecutionExceptionHandler((failure, command, parsed) -> {
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
