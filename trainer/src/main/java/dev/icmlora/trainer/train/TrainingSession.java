package dev.icmlora.trainer.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.cvae.BaseModelId;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.LlamaConfig;
import dev.icmlora.trainer.suite.Split;
import dev.icmlora.trainer.suite.TaskSuite;
import dev.icmlora.trainer.torch.Torch;

/// What every training command works with: the base model twice (in llama.cpp for tokens and task vectors, in PyTorch
/// for gradients), the tasks, and the folder for results.
final class TrainingSession implements AutoCloseable {
    /// Name of the validation on held-back examples of tasks that are trained on, and on tasks that are not.
    static final String SEEN = "seen";

    static final String UNSEEN = "unseen";

    private static final int VALIDATION_QUERIES = 320;

    private final Path folder;
    private final Path modelFile;
    private final LlamaModel llama;
    private final PromptFormat format;
    private final NDManager manager;
    private final BaseModel model;
    private final List<TrainingTask> training;
    private final List<TrainingTask> validation;
    private final StopSignal stop;

    private TrainingSession(Installation installation, TrainingOptions options) {
        this.folder = options.folder(installation.root());
        this.modelFile = installation.model();
        NativeLibraries.load(installation.nativeDirectory());
        this.llama = LlamaModel.load(modelFile, ModelOptions.DEFAULT);
        this.format = PromptFormat.of(llama);
        this.manager = Torch.start(options.threads, folder.resolve("djl"));
        this.model = BaseModel.load(modelFile, manager, options.precision);
        TaskSuite suite = TaskSuite.create(options.suiteSeed);
        this.training = tasks(suite, Split.TRAIN, options.match);
        this.validation = tasks(suite, Split.VALIDATION, options.match);
        this.stop = new StopSignal();
    }

    private static List<TrainingTask> tasks(TaskSuite suite, Split split, String match) {
        List<TrainingTask> tasks = suite.tasks(split).stream()
                .filter(task -> task.id().contains(match))
                .map(TrainingTask::of)
                .toList();
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("no " + split + " task has \"" + match + "\" in its id");
        }
        return tasks;
    }

    static TrainingSession open(TrainingOptions options) {
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

    List<TrainingTask> training() {
        return training;
    }

    List<TrainingTask> validation() {
        return validation;
    }

    BaseModelId baseModelId() throws IOException {
        return baseModelId(llama, modelFile);
    }

    static BaseModelId baseModelId(LlamaModel llama, Path modelFile) throws IOException {
        return BaseModelId.of(llama.metadata("general.name").orElse("unnamed"), modelFile);
    }

    /// Tells sets of training tasks apart: a generator's run goes on only with those that it began with.
    String tasksHash() {
        int hash = training.stream().map(TrainingTask::task).toList().hashCode();
        return "%d tasks %08x".formatted(training.size(), hash);
    }

    /// LoRA on the query and value projections of every layer.
    AdapterLayout layout(int rank) {
        LlamaConfig config = model.config();
        Map<String, Integer> outputs = Map.of(
                "attn_q", config.heads() * config.headSize(),
                "attn_v", config.kvHeads() * config.headSize());
        List<Target> targets = SharedAdapter.MODULES.stream()
                .map(module -> new Target(module, config.hidden(), outputs.get(module)))
                .toList();
        return new AdapterLayout(llama.architecture(), config.layers(), rank, SharedAdapter.SCALE * rank, targets);
    }

    StopSignal stop() {
        return stop;
    }

    /// Held-back examples of tasks that are trained on, and of tasks that are not.
    SequencedMap<String, Validation> validations() {
        SequencedMap<String, Validation> validations = new LinkedHashMap<>();
        validations.put(SEEN, Validation.of(training, VALIDATION_QUERIES, format));
        validations.put(UNSEEN, Validation.of(validation, VALIDATION_QUERIES, format));
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
