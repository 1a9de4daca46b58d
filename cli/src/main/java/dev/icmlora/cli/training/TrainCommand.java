package dev.icmlora.cli.training;

import dev.icmlora.cli.IcmLora;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `icm-lora train`: from a folder of task files to a generator file, by the commands that can also be run one by one.
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Trains a generator on your own tasks, for the base model in ICM_LORA_MODEL or the default one, and"
                        + " reports what it is worth; killed, it goes on where it was.")
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FOLDER", description = "Of your tasks, a .jsonl file each.")
    private Path tasks;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "The generator (default: generator.gguf in the training folder).")
    private Path output;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description =
                    "Where checkpoints, logs and task vectors go (default: .icm-lora/NAME beside the tasks' folder"
                            + " NAME).")
    private Path training;

    @Option(
            names = "--minutes",
            description =
                    "Training time in all, a third of it for B0; task vectors, validation and the report come on top"
                            + " (default: ${DEFAULT-VALUE}).")
    private double minutes = 60;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "Stop a training when N validations in a row have brought nothing better"
                    + " (default: ${DEFAULT-VALUE}).")
    private int patience = 6;

    @Option(
            names = "--validate-every",
            paramLabel = "STEPS",
            description = "Steps between two validations (default: ${DEFAULT-VALUE}).")
    private int validateEvery = 50;

    @Option(
            names = "--vectors",
            paramLabel = "N",
            description = "Task vectors of each task (default: ${DEFAULT-VALUE}).")
    private int vectors = 16;

    @Override
    public Integer call() {
        Path folder =
                training == null ? tasksFolder().resolveSibling(".icm-lora").resolve(name()) : training;
        Path file = output == null ? folder.resolve("generator.gguf") : output;
        List<String> all = List.of("--task-folder", tasks.toString(), "--folder", folder.toString());
        List<String> stops =
                List.of("--patience", String.valueOf(patience), "--validate-every", String.valueOf(validateEvery));
        List<List<String>> commands = List.of(
                command("check", tasks),
                command("train-b0", all, stops, "--minutes", minutes / 3),
                command(
                        "train-generator",
                        all,
                        stops,
                        "--minutes",
                        2 * minutes / 3,
                        "--vectors",
                        vectors,
                        "--from-zero"),
                command("export", all, "--state", "BEST", "--vectors", vectors, "--output", file, "--name", name()),
                command("report", "--task-folder", tasks, "--generator", file, "--out", folder.resolve("report.md")));
        for (List<String> command : commands) {
            announce(command);
            int code = run(command);
            if (code != 0) {
                return code;
            }
        }
        return 0;
    }

    private Path tasksFolder() {
        return tasks.toAbsolutePath().normalize();
    }

    private String name() {
        return tasksFolder().getFileName().toString();
    }

    /// @param parts of the command line; a list stands for its elements
    private static List<String> command(Object... parts) {
        List<String> command = new ArrayList<>();
        Arrays.stream(parts).forEach(part -> {
            if (part instanceof List<?> several) {
                several.forEach(one -> command.add(one.toString()));
            } else {
                command.add(part.toString());
            }
        });
        return command;
    }

    private void announce(List<String> command) {
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.println("icm-lora " + String.join(" ", command));
        out.flush();
    }

    private int run(List<String> command) {
        return IcmLora.commandLine()
                .setOut(spec.commandLine().getOut())
                .setErr(spec.commandLine().getErr())
                .execute(command.toArray(String[]::new));
    }
}
