package dev.icmlora.trainer.paper;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Gatherers;

import ai.djl.ndarray.NDManager;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.StopSignal;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.BaseModel.Precision;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.tasks.TaskRunner;
import dev.icmlora.trainer.tasks.TaskRunner.Work;
import dev.icmlora.trainer.torch.Torch;

/// Trains an adapter of its own for each training task, from B0, into the zoo of the training folder.
///
/// @param length steps of each task's training
/// @param keep checkpoints to keep of each task
public record ZooRun(TrainingSettings training, int length, int keep) {

    /// What the paper's zoo is trained with by default.
    public static final int LENGTH = 60;
    public static final int KEEP = 5;

    /// Of a sample: a text takes no more of a step than several tasks do.
    private static final int MAX_TOKENS = 256;

    /// Trains those that the zoo lacks. The tasks of one batch are trained together, wherever that is.
    ///
    /// @return whether it came to its end; else its process was asked to stop
    public boolean run(TaskRunner runner, PrintStream out) throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path folder = training.folder(installation.root()).toAbsolutePath();
        BaseModelFiles files = BaseModelFiles.of(installation);
        Zoo zoo = Zoo.in(folder);
        List<List<TrainingTask>> left;
        try (LoadedModel base = files.load()) {
            left = training.curriculum().read(folder, base.format()).learned().stream()
                    .filter(task -> !zoo.holds(task.task().id()))
                    .gather(Gatherers.windowFixed(ZooTraining.TOGETHER))
                    .toList();
        }
        Together together = new Together(
                files,
                Torch.cache(installation.root()).toFile(),
                folder.toFile(),
                training.threads(),
                training.precision(),
                new ZooTraining.Settings(
                        ZooTraining.TOGETHER,
                        length,
                        keep,
                        training.schedule().rate(),
                        training.schedule().warmUp(),
                        training.seed(),
                        ZooTraining.mix(MAX_TOKENS),
                        training.intervals()));
        try {
            runner.run("zoo", left, TrainingTask::names, together);
            return true;
        } catch (InterruptedIOException e) {
            out.println(e.getMessage());
            return false;
        }
    }

    /// Trains the tasks of a batch.
    ///
    /// @param torch folder of PyTorch's native library
    /// @param folder of training
    private record Together(
            BaseModelFiles files,
            File torch,
            File folder,
            int threads,
            Precision precision,
            ZooTraining.Settings settings)
            implements Work<List<TrainingTask>, Integer> {

        @Override
        public Integer on(List<TrainingTask> batch) throws IOException {
            Path training = folder.toPath();
            // A process collects one gradient at a time, on all of its threads.
            synchronized (Together.class) {
                try (StopSignal stop = new StopSignal();
                        LoadedModel base = files.load();
                        NDManager manager = Torch.start(threads, torch.toPath());
                        BaseModel model = BaseModel.of(base.model(), manager, precision)) {
                    String fingerprint = base.id().fingerprint();
                    new ZooTraining(
                                    model,
                                    fingerprint,
                                    base.format(),
                                    SharedAdapter.trained(
                                            training, TrainingRun.State.LAST, model.config(), fingerprint, manager),
                                    Zoo.in(training),
                                    training.resolve("zoo-run"),
                                    settings,
                                    stop::isRequested,
                                    manager)
                            .train(batch, System.out);
                    stop.check();
                    return batch.size();
                }
            }
        }
    }
}
