package dev.icmlora.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.cvae.BaseModelId;
import dev.icmlora.generator.cvae.Generator;
import dev.icmlora.generator.cvae.GeneratorArchitecture;
import dev.icmlora.generator.cvae.GeneratorFile;
import dev.icmlora.generator.cvae.GeneratorManifest.CatalogueEntry;
import dev.icmlora.generator.cvae.SeenTask;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.TinyModel;
import dev.icmlora.trainer.suite.SuiteTask;
import dev.icmlora.trainer.torch.Torch;
import dev.icmlora.trainer.train.ConditionalBatch.Learner;

/// Whole training runs on a model of two layers.
class TrainingTest {
    private static final AdapterLayout LAYOUT = new AdapterLayout(
            "llama",
            TinyModel.LAYERS,
            2,
            4,
            List.of(
                    new Target("attn_q", TinyModel.HIDDEN, TinyModel.HIDDEN),
                    new Target("attn_v", TinyModel.HIDDEN, TinyModel.HIDDEN * TinyModel.KV_HEADS / TinyModel.HEADS)));
    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @TempDir
    private static Path scratch;

    private static LlamaModel llama;
    private static PromptFormat format;
    private static NDManager manager;
    private static BaseModel model;

    @BeforeAll
    static void load() {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        llama = LlamaModel.load(installation.model(), ModelOptions.DEFAULT);
        format = PromptFormat.of(llama);
        manager = Torch.start(1, Torch.cache(installation.root()));
        Path tiny = scratch.resolve("tiny.gguf");
        TinyModel.write(tiny, llama.vocabulary().size());
        model = BaseModel.load(tiny, manager, BaseModel.Precision.F32);
    }

    @AfterAll
    static void close() {
        model.close();
        manager.close();
        llama.close();
    }

    @Test
    void a_resumed_run_reaches_what_an_uninterrupted_one_reaches() throws IOException {
        Path whole = Files.createDirectory(scratch.resolve("whole"));
        Path parts = Files.createDirectory(scratch.resolve("parts"));

        sharedRun("b0", whole).train(NOWHERE, 6);
        sharedRun("b0", parts).train(NOWHERE, 2);
        Checkpoint reached = sharedRun("b0", parts).train(NOWHERE, 4);

        assertThat(reached.step()).isEqualTo(6);
        try (GgufFile expected = GgufFile.open(TrainingRun.checkpoint(whole));
                GgufFile actual = GgufFile.open(TrainingRun.checkpoint(parts))) {
            assertThat(actual.tensors()).isEqualTo(expected.tensors());
            for (TensorInfo tensor : expected.tensors()) {
                assertThat(actual.floats(tensor)).as(tensor.name()).containsExactly(expected.floats(tensor));
            }
        }
    }

    @Test
    void a_stopped_run_leaves_a_checkpoint() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("stopped"));
        TrainingRun run = new TrainingRun(
                RunIdentity.of("b0", tasks()),
                shared(false),
                schedule(100),
                new TrainingRun.Intervals(5, 50, 50),
                folder,
                () -> true,
                manager);

        run.train(NOWHERE, 100);

        try (GgufFile file = GgufFile.open(TrainingRun.checkpoint(folder))) {
            assertThat(file.integer("training.step")).hasValue(1);
        }
    }

    @Test
    void a_checkpoint_of_other_settings_is_refused() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("other"));
        sharedRun("b0 rank 2", folder).train(NOWHERE, 1);

        assertThatThrownBy(() -> sharedRun("b0 rank 4", folder).train(NOWHERE, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"b0 rank 2\"")
                .hasMessageContaining("\"b0 rank 4\"");
    }

    @Test
    void training_learns_its_tasks() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("learning"));
        SharedAdapterObjective objective = shared(false);
        double before = objective.validate().get("unseen_loss");

        new TrainingRun(
                        RunIdentity.of("b0", tasks()),
                        objective,
                        schedule(60),
                        new TrainingRun.Intervals(10, 60, 60),
                        folder,
                        () -> false,
                        manager)
                .train(NOWHERE, 60);

        assertThat(objective.validate().get("unseen_loss")).isLessThan(0.9 * before);
        assertThat(TrainingRun.best(folder)).exists();
        assertThat(Files.readAllLines(folder.resolve("log.jsonl")))
                .hasSize(8)
                .allMatch(line -> line.startsWith("{\"step\":"));
    }

    @Test
    void the_exported_generator_gives_the_adapters_that_were_trained() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("generator"));
        GeneratorArchitecture architecture = new GeneratorArchitecture(TinyModel.HIDDEN, 1, 12, 6, 10, LAYOUT);
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
        List<VectorPool> pools = pools();
        Standardization statistics = VectorPool.statistics(pools);
        try (GeneratorNetwork network = new GeneratorNetwork(architecture, shared, 1, manager)) {
            GeneratorObjective objective = new GeneratorObjective(
                    model,
                    network,
                    shared,
                    learners(pools),
                    sampler(),
                    examinations(statistics, pools),
                    new GeneratorObjective.Settings(2, 100, 0.1, new KlTerm(1e-3f, 10, 0.01f), 1),
                    manager);
            new TrainingRun(
                            RunIdentity.of("generator", tasks()),
                            objective,
                            schedule(12),
                            new TrainingRun.Intervals(5, 50, 50),
                            folder,
                            () -> false,
                            manager)
                    .train(NOWHERE, 12);

            TaskVector vector = pools.getFirst().probe().vector();
            GeneratorFile file = export(TrainingRun.checkpoint(folder));
            assertThat(file.manifest().catalogue())
                    .extracting(CatalogueEntry::task)
                    .containsExactly("test/yes", "test/no", "test/perhaps");
            try (NDManager scope = manager.newSubManager();
                    Backend backend = Backend.cpu(1);
                    Generator generator = Generator.load(file, backend)) {
                GeneratorNetwork.Generated trained = network.generate(
                        scope, new float[][] {statistics.apply(vector)}, new float[1][architecture.latent()]);
                List<NamedTensor> served =
                        generator.generate(generator.prior(vector).mean()).generated();
                assertThat(served).hasSize(trained.lora().b().size());
                for (int i = 0; i < served.size(); i++) {
                    float[] expected = trained.lora().b().get(i).toFloatArray();
                    float[] actual = Halves.fromF16(served.get(i).data());
                    assertThat(actual).hasSameSizeAs(expected);
                    for (int k = 0; k < expected.length; k++) {
                        assertThat(actual[k]).isCloseTo(expected[k], within(2e-4f + 2e-3f * Math.abs(expected[k])));
                    }
                }
                assertThat(trained.lora().b().getFirst().abs().max().getFloat()).isGreaterThan(1e-3f);
                assertGoesOnFrom(file, vector, trained, scope);
                List<float[]> latents = SeenLatents.of(file, pools, 1);
                assertThat(latents).hasSameSizeAs(pools);
                assertThat(SeenLatents.of(
                                        file,
                                        List.of(new VectorPool(pools.getFirst().probe(), List.of())),
                                        1)
                                .getFirst())
                        .containsExactly(generator.prior(vector).mean());
                assertThat(file.withSeenLatents(latents).seenTasks())
                        .extracting(SeenTask::task)
                        .containsExactly("test/yes", "test/no", "test/perhaps");
            }
        }
    }

    @Test
    void a_random_a_stays_as_it_was_drawn_while_b0_learns() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("random-a"));
        SharedAdapter drawn = SharedAdapter.initial(LAYOUT, 1, manager);

        sharedRun("b0", folder, true).train(NOWHERE, 3);

        try (GgufFile checkpoint = GgufFile.open(TrainingRun.checkpoint(folder))) {
            drawn.namesOfA()
                    .forEach(name -> assertThat(
                                    checkpoint.floats(checkpoint.tensor(name).orElseThrow()))
                            .containsExactly(drawn.matrices().get(name).toFloatArray()));
            drawn.namesOfB()
                    .forEach(name -> assertThat(
                                    checkpoint.floats(checkpoint.tensor(name).orElseThrow()))
                            .isNotEqualTo(drawn.matrices().get(name).toFloatArray()));
        }
    }

    /// A network that takes over an exported generator generates the same.
    private static void assertGoesOnFrom(
            GeneratorFile file, TaskVector vector, GeneratorNetwork.Generated expected, NDManager scope) {
        ExportedGenerator exported = new ExportedGenerator(file);
        GeneratorArchitecture architecture = file.manifest().architecture();
        try (GeneratorNetwork next = new GeneratorNetwork(architecture, exported.shared(scope), 2, scope)) {
            exported.copyInto(next);
            GeneratorNetwork.Generated again = next.generate(
                    scope, new float[][] {file.statistics().apply(vector)}, new float[1][architecture.latent()]);
            for (int i = 0; i < expected.lora().b().size(); i++) {
                float[] was = expected.lora().b().get(i).toFloatArray();
                float[] is = again.lora().b().get(i).toFloatArray();
                for (int k = 0; k < was.length; k++) {
                    assertThat(is[k]).isCloseTo(was[k], within(2e-4f + 2e-3f * Math.abs(was[k])));
                }
            }
        }
    }

    @Test
    void the_cvae_learns_to_reconstruct_the_zoo() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("cvae"));
        Zoo zoo = new Zoo(folder.resolve("zoo"));
        GeneratorArchitecture architecture = new GeneratorArchitecture(TinyModel.HIDDEN, 1, 12, 6, 10, LAYOUT);
        List<VectorPool> pools = pools();
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
        for (TrainingTask task : tasks()) {
            SequencedMap<String, NDArray> own = new LinkedHashMap<>();
            shared.namesOfB().forEach(name -> {
                NDArray b0 = shared.matrices().get(name);
                Shape shape = new Shape(b0.getShape().get(1), b0.getShape().get(2));
                own.put(name, manager.create(values(task.task().id() + name, shape.size()), shape));
            });
            zoo.write(task.task().id(), 1, own);
        }
        try (GeneratorNetwork network = new GeneratorNetwork(architecture, shared, 1, manager)) {
            ReconstructionObjective objective = new ReconstructionObjective(
                    network,
                    new EncoderNetwork(architecture, 1, manager),
                    shared,
                    zoo,
                    learners(pools),
                    examinations(VectorPool.statistics(pools), pools),
                    new ReconstructionObjective.Settings(List.of(1L), 3, new KlTerm(1e-4f, 10, 0), 1),
                    manager);
            double before = reconstructionError(objective);

            new TrainingRun(
                            RunIdentity.of("cvae", tasks()),
                            objective,
                            schedule(200),
                            new TrainingRun.Intervals(100, 500, 500),
                            folder,
                            () -> false,
                            manager)
                    .train(NOWHERE, 200);

            // In units of the adapters' own variance: 1 is what dB = 0 gets.
            assertThat(before).isBetween(0.9, 1.1);
            assertThat(reconstructionError(objective)).isLessThan(0.5);
            assertThat(export(TrainingRun.checkpoint(folder)).manifest().catalogue())
                    .hasSize(3);
        }
    }

    private static double reconstructionError(ReconstructionObjective objective) {
        try (NDManager scope = manager.newSubManager()) {
            return objective.step(scope, 0).figures().get("loss");
        }
    }

    private static float[] values(String seed, long count) {
        Random random = new Random(seed.hashCode());
        float[] values = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.1f * (float) random.nextGaussian();
        }
        return values;
    }

    private static Examinations examinations(Standardization statistics, List<VectorPool> pools) {
        SequencedMap<String, Examinations.Examination> examinations = new LinkedHashMap<>();
        examinations.put("unseen", new Examinations.Examination(Validation.of(tasks(), 6, format), pools));
        return new Examinations(model, 1, statistics, examinations);
    }

    @Test
    void each_task_of_the_zoo_learns_its_own_answer_and_is_kept() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("zoo"));
        Zoo zoo = new Zoo(folder);
        try (NDManager scope = manager.newSubManager()) {
            ZooObjective objective = new ZooObjective(
                    model,
                    SharedAdapter.initial(LAYOUT, 1, manager),
                    tasks(),
                    sampler(),
                    Validation.of(tasks(), 12, format),
                    1,
                    scope);
            Map<Integer, Validation.Score> before = objective.scores();
            TrainingRun run = new TrainingRun(
                    RunIdentity.of("zoo", tasks()),
                    objective,
                    schedule(40),
                    new TrainingRun.Intervals(10, 50, 50),
                    folder,
                    () -> false,
                    scope);

            run.trainTo(NOWHERE, 30);
            Checkpoint reached = run.trainTo(NOWHERE, 40);

            assertThat(reached.step()).isEqualTo(40);
            Map<Integer, Validation.Score> after = objective.scores();
            for (int task = 0; task < 3; task++) {
                assertThat(after.get(task).loss()).isLessThan(before.get(task).loss());
            }
            assertThat(zoo.holds("test/no")).isFalse();
            SequencedMap<String, NDArray> own = objective.adapter(scope, 1);
            zoo.write("test/no", 40, own);
            zoo.finish(new Zoo.Provenance("test/no", "tiny", "", 1, 1e-2f, List.of(40L), 0, 0));
            assertThat(zoo.holds("test/no")).isTrue();
            Map<String, NDArray> kept = zoo.read(scope, "test/no", 40);
            assertThat(kept).containsOnlyKeys(own.keySet());
            own.forEach((name, matrix) ->
                    assertThat(kept.get(name).toFloatArray()).as(name).containsExactly(matrix.toFloatArray()));
            assertThat(objective.adapter(scope, 2).firstEntry().getValue().toFloatArray())
                    .isNotEqualTo(own.firstEntry().getValue().toFloatArray());
        }
    }

    private static GeneratorFile export(Path checkpoint) {
        try (GgufFile file = GgufFile.open(checkpoint)) {
            return new TrainedGenerator(file, LAYOUT.architecture())
                    .file("tiny", new BaseModelId("tiny", "0"), format.fingerprint());
        }
    }

    private static TrainingRun sharedRun(String name, Path folder) {
        return sharedRun(name, folder, false);
    }

    private static TrainingRun sharedRun(String name, Path folder, boolean randomA) {
        return new TrainingRun(
                RunIdentity.of(name, tasks()),
                shared(randomA),
                schedule(6),
                new TrainingRun.Intervals(2, 50, 50),
                folder,
                () -> false,
                manager);
    }

    private static Schedule schedule(int steps) {
        return new Schedule(1e-2f, 3, steps, Double.MAX_VALUE);
    }

    private static SharedAdapterObjective shared(boolean randomA) {
        SequencedMap<String, Validation> validations = new LinkedHashMap<>();
        validations.put("unseen", Validation.of(tasks(), 12, format));
        return new SharedAdapterObjective(
                model,
                SharedAdapter.initial(LAYOUT, 1, manager),
                tasks(),
                sampler(),
                validations,
                200,
                1,
                randomA,
                manager);
    }

    private static PromptSampler sampler() {
        return new PromptSampler(format, new PromptSampler.Mix(0.3, 2, 3, 3, 0.7, 0.7, 200));
    }

    private static List<TrainingTask> tasks() {
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

    private static List<VectorPool> pools() {
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

    private static List<Learner> learners(List<VectorPool> pools) {
        List<TrainingTask> tasks = tasks();
        List<Learner> learners = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            learners.add(new Learner(tasks.get(i), pools.get(i)));
        }
        return learners;
    }
}
