package dev.icmlora.commands;

import picocli.CommandLine;

import dev.icmlora.cli.IcmLora;
import dev.icmlora.commands.evaluation.EvalCommand;
import dev.icmlora.commands.paper.PaperCommand;
import dev.icmlora.commands.tasks.CheckCommand;
import dev.icmlora.commands.tasks.SuiteCommand;
import dev.icmlora.commands.tasks.TasksCommand;
import dev.icmlora.commands.tasks.TextCommand;
import dev.icmlora.commands.training.CalibrateCommand;
import dev.icmlora.commands.training.ExportCommand;
import dev.icmlora.commands.training.TrainB0Command;
import dev.icmlora.commands.training.TrainCommand;
import dev.icmlora.commands.training.TrainGeneratorCommand;
import dev.icmlora.commands.training.VectorsCommand;

/// The whole command line: the commands that ask the function, and those that make and measure generators.
public final class Workshop {
    private Workshop() {}

    public static void main(String[] arguments) {
        System.exit(IcmLora.run(commandLine(), arguments));
    }

    public static CommandLine commandLine() {
        return IcmLora.commandLine(
                new TasksCommand(),
                new SuiteCommand(),
                new TextCommand(),
                new CheckCommand(),
                new TrainCommand(),
                new VectorsCommand(),
                new TrainB0Command(),
                new TrainGeneratorCommand(),
                new ExportCommand(),
                new CalibrateCommand(),
                new EvalCommand(),
                new PaperCommand());
    }
}
