package dev.icmlora.trainer.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
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
/// for
/// gradients), the tasks, and the folder for results.
final class TrainingSession implements AutoCloseable {
    private static final int VALIDATION_QUERIES = 4;

    private final Path folder;
    private final Path modelFile;
    private final LlamaModel llama;
    private final PromptFormat format;
    private final NDManager manager;
    private final BaseModel model;
    private final List<TrainingTask> training;
    private final List<TrainingTask> validation;

    private TrainingSession(Installation installation, TrainingOptions options) {
        this.folder = options.folder(installation.root());
        this.modelFile = installation.model();
        NativeLibraries.load(installation.nativeDirectory());
        this.llama = LlamaModel.load(modelFile, ModelOptions.DEFAULT);
        this.format = PromptFormat.of(llama);
        this.manager = Torch.start(options.threads, folder.resolve("djl"));
        this.model = BaseModel.load(modelFile, manager, options.precision);
        TaskSuite suite = TaskSuite.create(options.suiteSeed);
        this.training = TrainingTask.of(suite.tasks(Split.TRAIN));
        this.validation = TrainingTask.of(suite.tasks(Split.VALIDATION));
    }

    static TrainingSession open(TrainingOptions options) {
        return new TrainingSession(Installation.ofThisProcess(), options);
    }

    Path folder() {
        return folder;
    }

    Path modelFile() {
        return modelFile;
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

    /// LoRA on the query and value projections of every layer.
    AdapterLayout layout(int rank, float alpha) {
        LlamaConfig config = model.config();
        return new AdapterLayout(
                llama.architecture(),
                config.layers(),
                rank,
                alpha,
                List.of(
                        new Target("attn_q", config.hidden(), config.heads() * config.headSize()),
                        new Target("attn_v", config.hidden(), config.kvHeads() * config.headSize())));
    }

    /// Held-back examples of tasks that are trained on, and of tasks that are not.
    SequencedMap<String, Validation> validations() {
        SequencedMap<String, Validation> validations = new LinkedHashMap<>();
        validations.put("seen", Validation.of(training, VALIDATION_QUERIES, format));
        validations.put("unseen", Validation.of(validation, VALIDATION_QUERIES, format));
        return validations;
    }

    @Override
    public void close() {
        model.close();
        manager.close();
        llama.close();
    }
}
