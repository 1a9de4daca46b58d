package dev.icmlora.commands.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.commands.options.CurriculumOptions;
import dev.icmlora.trainer.generator.GeneratorExport;
import dev.icmlora.trainer.generator.GeneratorTraining;
import dev.icmlora.trainer.loop.TrainingRun;

/// `icm-lora export`: the generator file that the function serves.
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Writes the trained generator, with statistics and catalogue, as the file that is served.")
public final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Training folder (default: .train beside models/).")
    private Path folder;

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description = "Of which training in that folder (default: ${DEFAULT-VALUE}); cvae leaves the fine-tuning"
                    + " through the base model out.")
    private String run = GeneratorTraining.RUN;

    @Option(
            names = "--state",
            description =
                    "${COMPLETION-CANDIDATES}: the least loss on unseen tasks, or the end (default: ${DEFAULT-VALUE}).")
    private TrainingRun.State state = TrainingRun.State.LAST;

    @Option(names = "--output", paramLabel = "FILE", description = "default: models/generator.gguf")
    private Path output;

    @Option(names = "--name", description = "What the generator is called (default: ${DEFAULT-VALUE}).")
    private String name = GeneratorExport.DEFAULT_NAME;

    @Option(
            names = "--vectors",
            description = "Random task vectors of each task that its stored latent is the average of; the number that"
                    + " the training run used finds them all taken already (default: ${DEFAULT-VALUE}).")
    private int vectors = 1;

    @Mixin
    private CurriculumOptions curriculum;

    @Option(names = "--threads", description = "CPU threads (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        new GeneratorExport(
                        Optional.ofNullable(folder),
                        run,
                        state,
                        name,
                        Optional.ofNullable(output),
                        vectors,
                        curriculum.settings(),
                        threads)
                .run(spec.commandLine().getOut());
        return 0;
    }
}
