package dev.icmlora.commands.training;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.commands.options.SparkOption;
import dev.icmlora.engine.Calibration;
import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.trainer.calibration.AnswerFit;
import dev.icmlora.trainer.calibration.CalibrationReport;
import dev.icmlora.trainer.calibration.CalibrationTasks;
import dev.icmlora.trainer.calibration.SelectionFit;
import dev.icmlora.trainer.session.BaseModelFiles;

/// `icm-lora calibrate`: the numbers that selection depends on, for a generator.
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Fits the numbers by which mode auto chooses, on validation tasks and on examples of training tasks"
                        + " that training held back, and how sure a single answer is, on validation tasks; prints them,"
                        + " and writes them into the generator's file.")
public final class CalibrateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--generator", description = "default: models/generator.gguf")
    private Path generator;

    @Option(
            names = "--answers-only",
            description = "Fit only how sure a single answer is, and leave the numbers of mode auto as they are.")
    private boolean answersOnly;

    @Option(names = "--threads", description = "CPU threads of a task (default: all; by Spark, one).")
    private Integer threads;

    @Mixin
    private SparkOption spark;

    @Override
    public Integer call() throws IOException {
        Path file = generator == null ? Installation.ofThisProcess().generator() : generator;
        PrintWriter out = spec.commandLine().getOut();
        Optional<Calibration> kept = answersOnly
                ? Optional.of(Calibration.of(GeneratorFile.read(file).manifest().calibration()))
                : Optional.empty();
        // Beside the file, which keeps its numbers until there are new ones. The engine refuses those of another
        // version's selection.
        Path measured = file.toAbsolutePath().resolveSibling(file.getFileName() + ".calibrating");
        write(file, kept.map(Calibration::numbers).orElse(List.of()), measured);
        Calibration fitted;
        try {
            CalibrationTasks tasks = new CalibrationTasks(
                    BaseModelFiles.of(Installation.ofThisProcess()),
                    measured.toFile(),
                    threads == null ? spark.threadsOfATask() : threads,
                    CalibrationTasks.MOST,
                    CalibrationTasks.DRAWS,
                    spark.runner(1));
            fitted = fit(kept, tasks, out);
        } finally {
            Files.deleteIfExists(measured);
        }
        write(file, fitted.numbers(), file);
        out.flush();
        return 0;
    }

    private Calibration fit(Optional<Calibration> kept, CalibrationTasks tasks, PrintWriter out) throws IOException {
        Calibration selection =
                kept.isPresent() ? kept.get() : CalibrationReport.print(new SelectionFit(tasks.observe()), out);
        return CalibrationReport.print(selection, new AnswerFit(tasks.texts()), new AnswerFit(tasks.labels()), out);
    }

    private static void write(Path generator, List<Float> calibration, Path to) {
        GeneratorFile.read(generator).withCalibration(calibration).write(to);
    }
}
