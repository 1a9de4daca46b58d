package dev.icmlora.trainer.session;

import dev.icmlora.trainer.curriculum.Curriculum;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.StopSignal;
import dev.icmlora.trainer.loss.Validation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDManager;
import picocli.CommandLine.ExitCode;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.torch.Torch;

/// What every training command works with: the base model twice (in llama.cpp for tokens and task vectors, in PyTorch
/// for gradients), the tasks, and the folder for results.
final class TrainingSession implements AutoCloseable {
    /// Name of the validation on held-back examples of tasks that are trained on, and on tasks that are not.
    static final String SEEN = "seen";

    static final String UNSEEN = "unseen";

    private static final int VALIDATION_QUERIES = 320;

    /// What shells say of a process that Ctrl-C ended.
    private static final int INTERRUPTED = 130;

    private final Path folder;
    private final Path modelFile;
    private final LlamaModel llama;
    private final PromptFormat format;
    private final NDManager manager;
    private final BaseModel model;
    private final Curriculum curriculum;
    private final StopSignal stop;

    private TrainingSession(Installation installation, TrainingOptions options) throws IOException {
        this.folder = options.folder(installation.root());
        this.modelFile = installation.model();
        NativeLibraries.load(installation.nativeDirectory());
        this.llama = LlamaModel.load(modelFile, ModelOptions.DEFAULT);
        this.format = PromptFormat.of(llama);
        this.curriculum = options.curriculum.read(folder, format);
        this.manager = Torch.start(options.threads, Torch.cache(installation.root()));
        this.model = BaseModel.load(modelFile, manager, options.precision);
        this.stop = new StopSignal();
    }

    static TrainingSession open(TrainingOptions options) throws IOException {
        return new TrainingSession(Installation.ofThisProcess(), options);
    }

    Path folder() {
        return folder;
    }

    LlamaModel llama() {
        return llama;
    }

    PromptFormat format() {
        return format;
    }

    NDManager manager() {
        return manager;
    }

    BaseModel model() {
        return model;
    }

    Curriculum curriculum() {
        return curriculum;
    }

    BaseModelId baseModelId() throws IOException {
        return baseModelId(llama, modelFile);
    }

    static BaseModelId baseModelId(LlamaModel llama, Path modelFile) throws IOException {
        return BaseModelId.of(llama.metadata("general.name").orElse("unnamed"), modelFile);
    }

    /// Names a run so that another one, on other tasks or for another base model, does not go on from its checkpoint.
    RunIdentity identity(String kind, String settings, List<TrainingTask> tasks) throws IOException {
        return RunIdentity.of(kind, settings, baseModelId().fingerprint(), tasks);
    }

    StopSignal stop() {
        return stop;
    }

    /// What the process says when it ends: whether the training came to its end, or was told to stop.
    int exitCode() {
        return stop.isRequested() ? INTERRUPTED : ExitCode.OK;
    }

    /// Held-back examples of tasks that are trained on, and of tasks that are not, if there are any.
    SequencedMap<String, Validation> validations() {
        if (curriculum.tasks().isEmpty()) {
            throw new IllegalArgumentException(
                    "no task with right answers is left to train on: --match and --most-tasks leave out too many");
        }
        SequencedMap<String, Validation> validations = new LinkedHashMap<>();
        validations.put(SEEN, Validation.of(curriculum.tasks(), VALIDATION_QUERIES, format));
        if (!curriculum.validation().isEmpty()) {
            validations.put(UNSEEN, Validation.of(curriculum.validation(), VALIDATION_QUERIES, format));
        }
        return validations;
    }

    @Override
    public void close() {
        model.close();
        manager.close();
        llama.close();
        stop.close();
    }
}
