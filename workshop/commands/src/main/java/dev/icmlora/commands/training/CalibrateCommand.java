package dev.icmlora.commands.training;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.engine.Calibration;
import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.trainer.calibration.AnswerFit;
import dev.icmlora.trainer.calibration.CalibrationReport;
import dev.icmlora.trainer.calibration.CalibrationTasks;
import dev.icmlora.trainer.calibration.SelectionFit;

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

    @Option(names = "--threads", description = "CPU threads (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        EngineFiles installed = EngineFiles.installed();
        EngineFiles files = generator == null ? installed : installed.withGenerator(generator);
        Path file = files.generator().orElseThrow();
        PrintWriter out = spec.commandLine().getOut();
        Optional<Calibration> kept = answersOnly
                ? Optional.of(Calibration.of(GeneratorFile.read(file).manifest().calibration()))
                : Optional.empty();
        // Beside the file, which keeps its numbers until there are new ones. The engine refuses those of another
        // version's selection.
        Path measured = file.resolveSibling(file.getFileName() + ".calibrating");
        write(file, kept.map(Calibration::numbers).orElse(List.of()), measured);
        Calibration fitted;
        try (Engine engine = EngineLoader.load(
                files.withGenerator(measured), EngineOptions.DEFAULT.withThreads(threads), EngineObserver.NONE)) {
            fitted = fit(kept, engine, out);
        } finally {
            Files.deleteIfExists(measured);
        }
        write(file, fitted.numbers(), file);
        out.flush();
        return 0;
    }

    private Calibration fit(Optional<Calibration> kept, Engine engine, PrintWriter out) {
        CalibrationTasks subjects = new CalibrationTasks(engine);
        Calibration selection =
                kept.orElseGet(() -> CalibrationReport.print(new SelectionFit(subjects.observe()), out));
        return CalibrationReport.print(
                selection, new AnswerFit(subjects.texts()), new AnswerFit(subjects.labels()), out);
    }

    private static void write(Path generator, List<Float> calibration, Path to) {
        GeneratorFile.read(generator).withCalibration(calibration).write(to);
    }
}
