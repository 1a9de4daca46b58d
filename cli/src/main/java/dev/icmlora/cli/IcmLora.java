package dev.icmlora.cli;

import java.io.UncheckedIOException;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

import dev.icmlora.cli.function.AdapterCommand;
import dev.icmlora.cli.function.AskCommand;
import dev.icmlora.cli.function.DefineCommand;
import dev.icmlora.cli.function.FailedRequest;
import dev.icmlora.cli.function.FeedbackCommand;
import dev.icmlora.cli.function.FunctionsCommand;
import dev.icmlora.cli.function.RebuildCommand;
import dev.icmlora.cli.function.RunCommand;
import dev.icmlora.client.IcmLoraException;

/// The commands that ask the function. `dev.icmlora.commands.Workshop` has the others too.
@Command(
        name = "icm-lora",
        mixinStandardHelpOptions = true,
        description = "Asks the function, and makes, trains and measures generators of LoRA adapters.",
        footer = {
            "",
            "train, eval, suite and the other commands of the workshop are built when one of them is first used, and listed"
                    + " here from then on."
        },
        subcommands = {
            HelpCommand.class,
            AskCommand.class,
            DefineCommand.class,
            FunctionsCommand.class,
            RunCommand.class,
            FeedbackCommand.class,
            RebuildCommand.class,
            AdapterCommand.class,
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

    /// These commands and others.
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
        if (failure instanceof IcmLoraException request) {
            return FailedRequest.message(request);
        }
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return failure instanceof UncheckedIOException unchecked
                ? message + ": " + unchecked.getCause().getMessage()
                : message;
    }
}
