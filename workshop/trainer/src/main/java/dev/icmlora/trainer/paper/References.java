package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.text.TextDomain;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ExportedGenerator;
import dev.icmlora.trainer.loop.StopSignal;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.BaseModel.Precision;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.torch.Torch;

/// Adapters that are trained, not generated: what a generated one is measured against. They begin as the generator's B0
/// and share its A.
///
/// They are kept in a folder, so that what was trained once, or in part, need not be trained again. Only what this
/// process asked for is given out, so that an earlier call with more tasks changes nothing. Belongs to one thread.
public final class References implements AutoCloseable {
    private static final float RATE = 1e-3f;
    private static final int WARM_UP = 15;
    /// As long as the samples that the generator is trained on, so that both see as much of a text.
    private static final int MAX_TOKENS = 512;

    private final NDManager manager;
    private final BaseModel model;
    private final ZooTraining training;
    private final int diffusionSteps;
    private final Set<String> asked = new HashSet<>();
    private volatile BooleanSupplier stop = () -> false;

    /// How long is trained.
    ///
    /// @param steps on the training examples of a task or a text domain
    /// @param keep checkpoints of these
    /// @param diffusion steps of the diffusion model
    public record Effort(int steps, int keep, int diffusion) {
        public static final Effort DEFAULT = new Effort(60, 5, 1000);
    }

    /// @param manager closed with this, as the model is
    /// @param base fingerprint of the base model
    References(
            NDManager manager,
            BaseModel model,
            String base,
            SharedAdapter shared,
            PromptFormat format,
            Path folder,
            Effort effort) {
        this.manager = manager;
        this.model = model;
        this.diffusionSteps = effort.diffusion;
        int steps = effort.steps;
        ZooTraining.Settings settings = new ZooTraining.Settings(
                ZooTraining.TOGETHER,
                steps,
                effort.keep,
                RATE,
                WARM_UP,
                1,
                ZooTraining.mix(MAX_TOKENS),
                new TrainingRun.Intervals(steps, steps, steps));
        // What was trained otherwise is another reference.
        Path zoo = folder.resolve("references-" + shared.fingerprint())
                .resolve("own")
                .resolve("%08x".formatted(settings.hashCode()));
        this.training = new ZooTraining(
                model,
                base,
                format,
                shared,
                new Zoo(zoo),
                zoo.resolveSibling(zoo.getFileName() + "-run"),
                settings,
                () -> stop.getAsBoolean(),
                manager);
    }

    /// @param base fingerprint of the installation's base model
    /// @param folder where they are kept
    public static References open(
            Installation installation,
            String base,
            GeneratorFile generator,
            PromptFormat format,
            Path folder,
            int threads,
            Effort effort) {
        NDManager manager = Torch.start(threads, Torch.cache(installation.root()));
        try (LlamaModel model = LlamaModel.load(installation.model())) {
            return new References(
                    manager,
                    BaseModel.of(model, manager, Precision.FASTEST),
                    base,
                    new ExportedGenerator(generator).shared(manager),
                    format,
                    folder,
                    effort);
        }
    }

    /// Trains on the training examples of each task and each text domain, those aside that training holds back.
    public void train(List<SuiteTask> tasks, List<TextDomain> texts, PrintStream out) throws IOException {
        train(tasks.stream().map(TrainingTask::of), out);
        train(texts.stream().map(TrainingTask::of), out);
    }

    private void train(Stream<TrainingTask> tasks, PrintStream out) throws IOException {
        List<TrainingTask> all = tasks.map(References::kept).toList();
        try (StopSignal signal = new StopSignal()) {
            stop = signal::isRequested;
            all.forEach(task -> asked.add(task.task().id()));
            training.train(all, out);
            signal.check();
        }
    }

    /// The same under an id that tells what it is trained on: adapters of other examples are others.
    private static TrainingTask kept(TrainingTask task) {
        SuiteTask of = task.task();
        String id = "%s-%08x".formatted(of.id(), task.hashCode());
        return new TrainingTask(
                new SuiteTask(id, of.family(), of.descriptions(), of.train(), of.test()),
                task.examples(),
                task.heldBack());
    }

    /// The checkpoints of a task's own training, the last one last; none if it was not trained.
    public List<List<NamedTensor>> own(SuiteTask task) {
        return checkpoints(TrainingTask.of(task));
    }

    /// The same of a text domain.
    public List<List<NamedTensor>> own(TextDomain domain) {
        return checkpoints(TrainingTask.of(domain));
    }

    /// A diffusion model of the latents of some tasks, which dies with these references.
    ///
    /// @param vectors standardised task vectors, one a task
    /// @param latents one a task
    public LatentDiffusion diffusion(List<float[]> vectors, List<float[]> latents) {
        return LatentDiffusion.train(manager, vectors, latents, diffusionSteps);
    }

    private List<List<NamedTensor>> checkpoints(TrainingTask trained) {
        String task = kept(trained).task().id();
        if (!asked.contains(task)) {
            return List.of();
        }
        List<List<NamedTensor>> checkpoints = new ArrayList<>();
        try (NDManager scope = manager.newSubManager()) {
            for (String checkpoint :
                    training.zoo().checkpoints(task, training.shared().fingerprint())) {
                Map<String, NDArray> kept = training.zoo().read(scope, task, checkpoint);
                checkpoints.add(training.shared()
                        .namesOfB()
                        .map(name -> matrix(name, kept.get(name)))
                        .toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the adapters of " + task + " are lost", e);
        }
        return checkpoints;
    }

    /// ggml counts dimensions from the contiguous one.
    private static NamedTensor matrix(String name, NDArray b) {
        long[] shape = b.getShape().getShape();
        return new NamedTensor(name, GgmlType.F16, new long[] {shape[1], shape[0]}, Halves.toF16(b.toFloatArray()));
    }

    @Override
    public void close() {
        model.close();
        manager.close();
    }
}
