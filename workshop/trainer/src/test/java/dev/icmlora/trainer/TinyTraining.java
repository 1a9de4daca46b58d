package dev.icmlora.trainer;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;

import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;
import dev.icmlora.trainer.generator.Examinations;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.TinyModel;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.shared.SharedAdapterObjective;
import dev.icmlora.trainer.torch.Torch;
import dev.icmlora.trainer.vectors.VectorPool;

/// Whole training runs on a model of two layers.
public abstract class TinyTraining {

    protected static final Target QUERY = new Target("attn_q", TinyModel.HIDDEN, TinyModel.HIDDEN);
    protected static final Target VALUE =
            new Target("attn_v", TinyModel.HIDDEN, TinyModel.HIDDEN * TinyModel.KV_HEADS / TinyModel.HEADS);
    protected static final Target OUTPUT = new Target("attn_output", TinyModel.HIDDEN, TinyModel.HIDDEN);
    protected static final Target DOWN = new Target("ffn_down", TinyModel.FEED_FORWARD, TinyModel.HIDDEN);
    protected static final AdapterLayout LAYOUT = layout(QUERY, VALUE);
    protected static final GeneratorArchitecture ARCHITECTURE =
            new GeneratorArchitecture(TinyModel.HIDDEN, 1, 12, 6, 10, LAYOUT);
    protected static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @TempDir
    protected static Path scratch;

    protected static LlamaModel llama;
    protected static LlamaModel tinyLlama;
    protected static PromptFormat format;
    protected static NDManager manager;
    protected static BaseModel model;

    @BeforeAll
    protected static void load() {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        llama = LlamaModel.load(installation.model());
        format = PromptFormat.of(llama);
        manager = Torch.start(1, Torch.cache(installation.root()));
        Path tiny = scratch.resolve("tiny.gguf");
        TinyModel.write(tiny, llama.vocabulary().size());
        tinyLlama = LlamaModel.load(tiny);
        model = BaseModel.of(tinyLlama, manager, BaseModel.Precision.F32);
    }

    protected static AdapterLayout layout(Target... targets) {
        return new AdapterLayout("llama", TinyModel.LAYERS, 2, 4, List.of(targets));
    }

    @AfterAll
    protected static void close() {
        model.close();
        manager.close();
        tinyLlama.close();
        llama.close();
    }

    protected static Examinations examinations(Standardization statistics, List<VectorPool> pools) {
        SequencedMap<String, Examinations.Scoring> examinations = new LinkedHashMap<>();
        examinations.put("unseen", new Examinations.Scoring(Validation.of(tasks(), 6, format), pools));
        return new Examinations(model, 1, statistics, examinations);
    }

    protected static GeneratorFile export(Path checkpoint) {
        try (GgufFile file = GgufFile.open(checkpoint)) {
            return new TrainedGenerator(file, LAYOUT.architecture(), TinyModel.HIDDEN)
                    .file("tiny", new BaseModelId("tiny", "0"), format.fingerprint(), List.of());
        }
    }

    protected static TrainingRun sharedRun(String name, Path folder) {
        return run(name, folder, shared());
    }

    protected static TrainingRun run(String name, Path folder, SharedAdapterObjective objective) {
        return new TrainingRun(
                RunIdentity.of(name, "test", "base", tasks()),
                objective,
                schedule(6),
                new TrainingRun.Intervals(2, 50, 50),
                folder,
                () -> false,
                manager);
    }

    protected static Schedule schedule(int steps) {
        return new Schedule(1e-2f, 3, steps, Double.MAX_VALUE);
    }

    protected static SharedAdapterObjective shared() {
        return shared(SharedAdapter.initial(LAYOUT, 1, manager));
    }

    protected static SharedAdapterObjective shared(SharedAdapter adapter) {
        SequencedMap<String, Validation> validations = new LinkedHashMap<>();
        validations.put("unseen", Validation.of(tasks(), 12, format));
        return new SharedAdapterObjective(model, adapter, tasks(), sampler(), validations, 200, 1, manager);
    }

    protected static PromptSampler sampler() {
        return new PromptSampler(format, new PromptSampler.Mix(0.3, 2, 3, 3, 0.7, 0.7, 200));
    }

    protected static List<TrainingTask> tasks() {
        List<TrainingTask> tasks = new ArrayList<>();
        for (String answer : List.of("yes", "no", "perhaps")) {
            List<Example> examples = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                examples.add(new Example("question " + i, answer));
            }
            tasks.add(TrainingTask.of(
                    new SuiteTask("test/" + answer, "test", List.of("Say " + answer + "."), examples, examples)));
        }
        return tasks;
    }

    protected static List<VectorPool> pools() {
        Random random = new Random(5);
        List<VectorPool> pools = new ArrayList<>();
        for (int task = 0; task < 3; task++) {
            List<VectorPool.Conditioning> vectors = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                float[] values = new float[TaskVector.length(TinyModel.HIDDEN)];
                for (int k = 0; k < values.length; k++) {
                    values[k] = (float) random.nextGaussian() + task;
                }
                vectors.add(new VectorPool.Conditioning(new TaskVector(values), Set.of()));
            }
            pools.add(new VectorPool(vectors.getFirst(), vectors));
        }
        return pools;
    }

    protected static List<Learner> learners(List<VectorPool> pools) {
        List<TrainingTask> tasks = tasks();
        List<Learner> learners = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            learners.add(new Learner(tasks.get(i), pools.get(i)));
        }
        return learners;
    }
}
