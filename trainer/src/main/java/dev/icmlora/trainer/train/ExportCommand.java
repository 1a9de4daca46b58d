package dev.icmlora.trainer.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.cvae.BaseModelId;
import dev.icmlora.generator.cvae.GeneratorFile;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;

/// `icm-lora export`: the generator file that the function serves.
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Writes the trained generator, with statistics and catalogue, as the file that is served.")
public final class ExportCommand implements Callable<Integer> {
    /// Which state of the run becomes the generator.
    enum State {
        BEST,
        LAST
    }

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Training folder (default: .train beside models/).")
    private Path folder;

    @Option(
            names = "--state",
            description =
                    "${COMPLETION-CANDIDATES}: the least loss on unseen tasks, or the end (default: ${DEFAULT-VALUE}).")
    private State state = State.LAST;

    @Option(names = "--output", paramLabel = "FILE", description = "default: models/generator.gguf")
    private Path output;

    @Option(names = "--name", description = "What the generator is called (default: ${DEFAULT-VALUE}).")
    private String name = "icm-lora default generator";

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path run = (folder == null ? installation.root().resolve(".train") : folder).resolve(TrainGeneratorCommand.RUN);
        Path checkpoint = state == State.BEST ? TrainingRun.best(run) : TrainingRun.checkpoint(run);
        if (!Files.exists(checkpoint)) {
            throw new IllegalArgumentException(
                    "there is no " + checkpoint + " to export: run `icm-lora train-generator` first");
        }
        Path target = output == null ? installation.root().resolve("models/generator.gguf") : output;
        NativeLibraries.load(installation.nativeDirectory());
        try (LlamaModel llama = LlamaModel.load(installation.model(), ModelOptions.DEFAULT);
                GgufFile file = GgufFile.open(checkpoint)) {
            BaseModelId base = TrainingSession.baseModelId(llama, installation.model());
            GeneratorFile generator = new TrainedGenerator(file, llama.architecture())
                    .file(name, base, PromptFormat.of(llama).fingerprint());
            generator.write(target);
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "wrote %s: %,d bytes, %d tasks%n",
                    target, Files.size(target), generator.manifest().catalogue().size());
            out.flush();
        }
        return 0;
    }
}
