package dev.icmlora.trainer.vectors;

import java.util.List;

import dev.icmlora.engine.LoadedModel;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Fingerprinter;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;

/// Takes task vectors with the quantised model that also takes them when serving. Belongs to one thread, and computes
/// on one: ggml's threads spin at every operation until the last one arrives, which is an order of magnitude slower as
/// soon as another process wants a core.
public final class Fingerprints implements AutoCloseable {
    private static final int CONTEXT = 1024;
    private static final int BATCH = 512;

    private final PromptFormat format;
    private final LlamaContext context;
    private final Fingerprinter fingerprinter;

    /// @param base borrowed
    /// @param layer after which the vectors are taken
    public Fingerprints(LoadedModel base, int layer) {
        this.format = base.format();
        this.context = LlamaContext.create(
                base.model(),
                ContextOptions.of(CONTEXT, BATCH).withHiddenLayer(layer).withUnifiedKv(false));
        this.fingerprinter = new Fingerprinter(format, context, base.model().hiddenSize(), BATCH);
    }

    /// @throws IllegalArgumentException if the task says nothing, or has more tokens than fit
    public TaskVector of(Task task) {
        return fingerprinter.of(task);
    }

    /// The task with as many of its examples as fit.
    public Task fitting(Task task) {
        Task fitting = task;
        while (format.tokens(fitting) > CONTEXT) {
            List<Example> fewer =
                    fitting.examples().subList(0, fitting.examples().size() - 1);
            fitting = new Task(fitting.description(), fewer);
        }
        return fitting;
    }

    @Override
    public void close() {
        fingerprinter.close();
        context.close();
    }
}
