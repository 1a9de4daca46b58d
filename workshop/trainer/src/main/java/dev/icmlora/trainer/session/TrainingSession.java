package dev.icmlora.trainer.session;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDManager;

import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.trainer.curriculum.Curriculum;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.Objective;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.StopSignal;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.torch.Torch;

/// The tools of every training command: the base model twice (in llama.cpp for tokens and task vectors, in PyTorch
/// for gradients), the tasks, and the folder for results.
public final class TrainingSession implements AutoCloseable {
    /// Name of the validation on held-back examples of tasks that are trained on, and on tasks that are not.
    public static final String SEEN = "seen";

    public static final String UNSEEN = "unseen";

    private static final int VALIDATION_QUERIES = 320;

    private final TrainingSettings settings;
    private final Path folder;
    private final LoadedModel base;
    private final NDManager manager;
    private final BaseModel model;
    private final Curriculum curriculum;
    private final StopSignal stop;

    private TrainingSession(Installation installation, TrainingSettings settings) throws IOException {
        this.settings = settings;
        this.folder = settings.folder(installation.root());
        this.base = LoadedModel.load(installation.nativeDirectory(), installation.model(), EngineOptions.DEFAULT);
        this.curriculum = settings.curriculum().read(folder, base.format());
        this.manager = Torch.start(settings.threads(), Torch.cache(installation.root()));
        this.model = BaseModel.of(base.model(), manager, settings.precision());
        this.stop = new StopSignal();
    }

    public static TrainingSession open(TrainingSettings settings) throws IOException {
        return new TrainingSession(Installation.ofThisProcess(), settings);
    }

    public Path folder() {
        return folder;
    }

    /// In llama.cpp.
    public LoadedModel base() {
        return base;
    }

    public NDManager manager() {
        return manager;
    }

    public BaseModel model() {
        return model;
    }

    public Curriculum curriculum() {
        return curriculum;
    }

    /// Names a run so that another one, on other tasks or for another base model, does not go on from its checkpoint.
    public RunIdentity identity(String kind, String settings, List<TrainingTask> tasks) {
        return RunIdentity.of(kind, settings, base.id().fingerprint(), tasks);
    }

    /// Trains until the schedule is over or the process is asked to stop, from the last checkpoint if there is one.
    ///
    /// @param run whose kind is also the name of its folder inside the training folder
    /// @return whether it came to its end
    public boolean train(RunIdentity run, Objective objective, PrintStream out) throws IOException {
        new TrainingRun(
                        run,
                        objective,
                        settings.schedule(),
                        settings.intervals(),
                        folder.resolve(run.kind()),
                        stop::isRequested,
                        manager)
                .train(out, Long.MAX_VALUE);
        return !stop.isRequested();
    }

    public StopSignal stop() {
        return stop;
    }

    /// Held-back examples of tasks that are trained on, and of tasks that are not, if there are any.
    public SequencedMap<String, Validation> validations() {
        if (curriculum.tasks().isEmpty()) {
            throw new IllegalArgumentException(
                    "no task with right answers is left to train on: --match and --most-tasks leave out too many");
        }
        SequencedMap<String, Validation> validations = new LinkedHashMap<>();
        validations.put(SEEN, Validation.of(curriculum.tasks(), VALIDATION_QUERIES, base.format()));
        if (!curriculum.validation().isEmpty()) {
            validations.put(UNSEEN, Validation.of(curriculum.validation(), VALIDATION_QUERIES, base.format()));
        }
        return validations;
    }

    @Override
    public void close() {
        model.close();
        manager.close();
        base.close();
        stop.close();
    }
}
