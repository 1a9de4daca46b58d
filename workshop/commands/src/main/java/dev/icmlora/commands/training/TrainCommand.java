package dev.icmlora.commands.training;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.commands.options.TrainingOptions;
import dev.icmlora.commands.tasks.FolderCheck;
import dev.icmlora.trainer.curriculum.CurriculumSettings;
import dev.icmlora.trainer.generator.GeneratorExport;
import dev.icmlora.trainer.generator.GeneratorSettings;
import dev.icmlora.trainer.generator.GeneratorTraining;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.shared.SharedAdapterTraining;

/// `icm-lora train`: from a folder of task files to a generator file, by the steps that can also be run one by one.
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Trains a generator on your own tasks, for the base model in ICM_LORA_MODEL or the default one; killed,"
                        + " it goes on where it was.")
public final class TrainCommand implements Callable<Integer> {
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
            description = "Training time in all, a third of it for B0; task vectors and validation come on top"
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
    public Integer call() throws IOException {
        Path folder =
                training == null ? tasksFolder().resolveSibling(".icm-lora").resolve(name()) : training;
        Path file = output == null ? folder.resolve("generator.gguf") : output;
        PrintWriter out = spec.commandLine().getOut();
        announce("the tasks");
        new FolderCheck(tasks).run(out);
        announce("the shared adapter");
        if (!shared(folder).run(System.out)) {
            return TrainingOptions.exitCode(false);
        }
        announce("the generator");
        if (!generator(folder).run(System.out)) {
            return TrainingOptions.exitCode(false);
        }
        announce("the generator file");
        export(folder, file).run(out);
        announce("measure it with");
        out.printf("ICM_LORA_GENERATOR='%s' make eval-public PUBLIC='%s'%n", file.toAbsolutePath(), tasksFolder());
        out.flush();
        return TrainingOptions.exitCode(true);
    }

    private Path tasksFolder() {
        return tasks.toAbsolutePath().normalize();
    }

    private String name() {
        return tasksFolder().getFileName().toString();
    }

    private void announce(String step) {
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.println(step);
        out.flush();
    }

    /// @param share of the time
    private TrainingSettings training(Path folder, double share) {
        Schedule schedule =
                new Schedule(Schedule.RATE, Schedule.WARM_UP, Long.MAX_VALUE, share * minutes * 60, patience);
        return TrainingSettings.of(folder, CurriculumSettings.ofFolder(tasks), schedule, validateEvery);
    }

    private SharedAdapterTraining shared(Path folder) {
        return new SharedAdapterTraining(
                training(folder, 1.0 / 3), SharedAdapterTraining.RANK, SharedAdapterTraining.TARGETS);
    }

    private GeneratorTraining generator(Path folder) {
        return new GeneratorTraining(
                training(folder, 2.0 / 3),
                GeneratorSettings.DEFAULT.withVectors(vectors),
                GeneratorTraining.Start.ZERO);
    }

    private GeneratorExport export(Path folder, Path file) {
        return new GeneratorExport(
                Optional.of(folder),
                GeneratorTraining.RUN,
                TrainingRun.State.BEST,
                name(),
                Optional.of(file),
                vectors,
                CurriculumSettings.ofFolder(tasks),
                Runtime.getRuntime().availableProcessors());
    }
}
