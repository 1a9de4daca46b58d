package dev.icmlora.trainer.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.engine.scoring.Score;
import dev.icmlora.engine.scoring.Scorer;
import dev.icmlora.engine.scoring.Scoring;
import dev.icmlora.engine.scoring.Workbench;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Fingerprinter;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.ResidentAdapter;

/// What the function has to try candidates with, here without a server.
final class Workroom implements Workbench, AutoCloseable {
    static final int CONTEXT = 4096;
    /// Test inputs that are asked at once.
    static final int TESTS = 8;

    private static final int BATCH = 512;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final PromptFormat format;
    private final Generator generator;
    private final Fingerprinter fingerprinter;
    private final Scorer base;
    private final Scorer adapted;
    private final ResidentAdapter resident;

    private Workroom(Path modelFile, GeneratorFile file, int threads) throws IOException {
        LlamaModel model = own(LlamaModel.load(modelFile, ModelOptions.DEFAULT));
        this.format = PromptFormat.of(model);
        file.manifest().requireMatch(TrainingSession.baseModelId(model, modelFile), format.fingerprint());
        this.generator = own(Generator.load(file, own(Backend.cpu(threads))));
        LlamaContext reading = own(LlamaContext.create(
                model,
                new ContextOptions(
                        CONTEXT,
                        BATCH,
                        BATCH,
                        1,
                        threads,
                        file.manifest().architecture().vectorLayer(),
                        true)));
        LlamaContext plain = own(LlamaContext.create(model, options(threads)));
        LlamaContext changed = own(LlamaContext.create(model, options(threads)));
        this.fingerprinter = own(new Fingerprinter(format, reading, model.hiddenSize(), BATCH));
        this.base = own(new Scorer(plain, BATCH));
        this.adapted = own(new Scorer(changed, BATCH));
        float[] latent = new float[file.manifest().architecture().latent()];
        this.resident =
                own(ResidentAdapter.create(model, generator.generate(latent).gguf()));
        resident.attach(changed, 1);
    }

    /// @throws dev.icmlora.generator.network.InvalidGeneratorException when generator and model do not belong together
    static Workroom open(Path model, GeneratorFile generator, int threads) throws IOException {
        return new Workroom(model, generator, threads);
    }

    private static ContextOptions options(int threads) {
        int sequences = Math.max(2 * TESTS, Scoring.SEQUENCES);
        return new ContextOptions(CONTEXT, BATCH, BATCH, sequences, threads, ContextOptions.LOGITS, true);
    }

    private <T extends AutoCloseable> T own(T handle) {
        open.push(handle);
        return handle;
    }

    PromptFormat format() {
        return format;
    }

    Generator generator() {
        return generator;
    }

    TaskVector fingerprint(Task task) {
        return fingerprinter.of(task);
    }

    @Override
    public void apply(Adapter adapter) {
        resident.apply(adapter.generated());
    }

    @Override
    public Map<PromptForm, Score> scoreAdapted(Scoring scoring) {
        return adapted.score(scoring, () -> {});
    }

    @Override
    public Map<PromptForm, Score> scoreBase(Scoring scoring) {
        return base.score(scoring, () -> {});
    }

    @Override
    public boolean isShortOfTime() {
        return false;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a native handle did not close", e);
            }
        }
    }
}
