package dev.icmlora.trainer.generator;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.generator.network.TuningRates;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.trainer.curriculum.CurriculumSettings;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.tasks.InProcess;
import dev.icmlora.trainer.vectors.VectorPools;

/// Writes what was trained, with statistics and catalogue, as the file that is served.
///
/// @param folder of training; empty for `.train` beside `models/`
/// @param run folder of the training inside the training folder
/// @param state of that training
/// @param name what the generator is called
/// @param output where to; empty for `models/generator.gguf`
/// @param vectors random task vectors of each task that its stored latent is the average of; the number that the
/// training used finds them all taken already
/// @param curriculum whose tasks the latents are of
public record GeneratorExport(
        Optional<Path> folder,
        String run,
        TrainingRun.State state,
        String name,
        Optional<Path> output,
        int vectors,
        CurriculumSettings curriculum,
        int threads) {

    /// What a generator is called that has no name of its own.
    public static final String DEFAULT_NAME = "icm-lora default generator";

    public void run(PrintWriter out) throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path training = folder.orElseGet(() -> installation.root().resolve(".train"));
        Path target = output.orElseGet(() -> installation.root().resolve("models/generator.gguf"));
        BaseModelFiles files = BaseModelFiles.of(installation);
        try (LoadedModel base = files.load()) {
            GeneratorFile trained = trained(training, base);
            VectorPools pools = new VectorPools(
                    files,
                    trained.manifest().architecture().vectorLayer(),
                    vectors,
                    training.resolve("vectors").toFile());
            List<TrainingTask> everything = curriculum.everything(training, base.format());
            GeneratorFile generator = withSeenLatents(trained, everything, pools, out);
            generator.write(target);
            out.printf(
                    "wrote %s: %,d bytes, %d tasks%n",
                    target, Files.size(target), generator.manifest().catalogue().size());
            out.flush();
        }
    }

    /// What a training left, without the latents of its seen tasks.
    ///
    /// @throws IllegalArgumentException when it left nothing there, or for another base model
    private GeneratorFile trained(Path training, LoadedModel base) {
        Path checkpoint = state.of(training.resolve(run));
        if (!Files.exists(checkpoint)) {
            throw new IllegalArgumentException("there is no " + checkpoint + ": run `icm-lora train-generator` first");
        }
        try (GgufFile file = GgufFile.open(checkpoint)) {
            Checkpoint.requireBase(file, checkpoint, base.id().fingerprint());
            TrainedGenerator generator = new TrainedGenerator(
                    file, base.model().architecture(), base.model().hiddenSize());
            return generator.file(
                    name,
                    base.id(),
                    base.format().fingerprint(),
                    TuningRates.FROM_TRAINED.of(base.gains(generator.layout())));
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
        return trained.withSeenLatents(SeenLatents.of(trained, pools.of(tasks, new InProcess(threads)), threads));
    }
}
