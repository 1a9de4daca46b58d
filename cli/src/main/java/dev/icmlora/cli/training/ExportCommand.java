package dev.icmlora.cli.training;

import dev.icmlora.cli.paper.TrainCvaeCommand;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.SeenLatents;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.CurriculumOptions;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.vectors.VectorPools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
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
    /// What was trained last: the adapters' weights alone, or through the base model's loss.
    enum Run {
        CVAE(TrainCvaeCommand.RUN),
        GENERATOR(TrainGeneratorCommand.RUN);

        private final String folder;

        Run(String folder) {
            this.folder = folder;
        }
    }

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
            names = "--run",
            description = "${COMPLETION-CANDIDATES}: of which training; CVAE leaves the fine-tuning through the base"
                    + " model out (default: ${DEFAULT-VALUE}).")
    private Run run = Run.GENERATOR;

    @Option(
            names = "--state",
            description =
                    "${COMPLETION-CANDIDATES}: the least loss on unseen tasks, or the end (default: ${DEFAULT-VALUE}).")
    private State state = State.LAST;

    @Option(
            names = "--exported",
            paramLabel = "FILE",
            description = "Take this generator instead of a checkpoint, to give it the latents of its seen tasks.")
    private Path exported;

    @Option(names = "--output", paramLabel = "FILE", description = "default: models/generator.gguf")
    private Path output;

    @Option(names = "--name", description = "What the generator is called (default: ${DEFAULT-VALUE}).")
    private String name = "icm-lora default generator";

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
        Installation installation = Installation.ofThisProcess();
        Path training = folder == null ? installation.root().resolve(".train") : folder;
        Path target = output == null ? installation.root().resolve("models/generator.gguf") : output;
        NativeLibraries.load(installation.nativeDirectory());
        try (LlamaModel llama = LlamaModel.load(installation.model(), ModelOptions.DEFAULT)) {
            BaseModelId base = TrainingSession.baseModelId(llama, installation.model());
            PromptFormat format = PromptFormat.of(llama);
            PrintWriter out = spec.commandLine().getOut();
            GeneratorFile trained =
                    exported == null ? trained(training, llama, base, format) : GeneratorFile.read(exported);
            trained.manifest().requireMatch(base, format.fingerprint());
            VectorPools pools = new VectorPools(
                    llama,
                    base.fingerprint(),
                    format,
                    trained.manifest().architecture().vectorLayer(),
                    vectors,
                    threads,
                    training.resolve("vectors"),
                    () -> false);
            GeneratorFile generator = withSeenLatents(trained, curriculum.everything(training, format), pools, out);
            generator.write(target);
            out.printf(
                    "wrote %s: %,d bytes, %d tasks%n",
                    target, Files.size(target), generator.manifest().catalogue().size());
            out.flush();
        }
        return 0;
    }

    private GeneratorFile trained(Path training, LlamaModel llama, BaseModelId base, PromptFormat format) {
        Path trained = training.resolve(run.folder);
        Path checkpoint = state == State.BEST ? TrainingRun.best(trained) : TrainingRun.checkpoint(trained);
        if (!Files.exists(checkpoint)) {
            throw new IllegalArgumentException(
                    "there is no " + checkpoint + " to export: run `icm-lora train-" + run.folder + "` first");
        }
        try (GgufFile file = GgufFile.open(checkpoint)) {
            Checkpoint.requireBase(file, checkpoint, base.fingerprint());
            return new TrainedGenerator(file, llama.architecture(), llama.hiddenSize())
                    .file(name, base, format.fingerprint());
        }
    }

    /// Adds the latents of the tasks, if all of them are still there.
    private GeneratorFile withSeenLatents(
            GeneratorFile trained, List<TrainingTask> everything, VectorPools pools, PrintWriter out)
            throws IOException {
        Map<String, TrainingTask> known =
                everything.stream().collect(Collectors.toMap(task -> task.task().id(), task -> task));
        List<String> catalogue = trained.manifest().catalogue().stream()
                .map(CatalogueEntry::task)
                .toList();
        List<String> gone =
                catalogue.stream().filter(task -> !known.containsKey(task)).toList();
        if (catalogue.isEmpty() || !gone.isEmpty()) {
            out.println("without the latents of seen tasks: "
                    + (catalogue.isEmpty() ? "none are named" : "there is no longer " + gone));
            return trained;
        }
        List<TrainingTask> tasks = catalogue.stream().map(known::get).toList();
        return trained.withSeenLatents(SeenLatents.of(trained, pools.of(tasks), threads));
    }
}
