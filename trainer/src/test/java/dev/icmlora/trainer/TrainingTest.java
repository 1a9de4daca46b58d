package dev.icmlora.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

import dev.icmlora.cli.options.GeneratorOptions;
import dev.icmlora.cli.training.TrainB0Command;
import dev.icmlora.generator.Installation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.generator.network.LatentDistribution;
import dev.icmlora.generator.network.SeenTask;
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
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;
import dev.icmlora.trainer.generator.Examinations;
import dev.icmlora.trainer.generator.ExportedGenerator;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.GeneratorObjective;
import dev.icmlora.trainer.generator.KlTerm;
import dev.icmlora.trainer.generator.SeenLatents;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.model.TinyModel;
import dev.icmlora.trainer.paper.ConvolutionalCvae;
import dev.icmlora.trainer.paper.Cvae;
import dev.icmlora.trainer.paper.EncoderNetwork;
import dev.icmlora.trainer.paper.GeneratorCvae;
import dev.icmlora.trainer.paper.ReconstructionObjective;
import dev.icmlora.trainer.paper.Zoo;
import dev.icmlora.trainer.paper.ZooObjective;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.shared.SharedAdapterObjective;
import dev.icmlora.trainer.torch.Torch;
import dev.icmlora.trainer.vectors.VectorPool;

/// Whole training runs on a model of two layers.
class TrainingTest {
    private static final Target QUERY = new Target("attn_q", TinyModel.HIDDEN, TinyModel.HIDDEN);
    private static final Target VALUE =
            new Target("attn_v", TinyModel.HIDDEN, TinyModel.HIDDEN * TinyModel.KV_HEADS / TinyModel.HEADS);
    private static final Target OUTPUT = new Target("attn_output", TinyModel.HIDDEN, TinyModel.HIDDEN);
    private static final Target DOWN = new Target("ffn_down", TinyModel.FEED_FORWARD, TinyModel.HIDDEN);
    private static final AdapterLayout LAYOUT = layout(QUERY, VALUE);
    private static final GeneratorArchitecture ARCHITECTURE =
            new GeneratorArchitecture(TinyModel.HIDDEN, 1, 12, 6, 10, LAYOUT);
    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @TempDir
    private static Path scratch;

    private static LlamaModel llama;
    private static LlamaModel tinyLlama;
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
        tinyLlama = LlamaModel.load(tiny, ModelOptions.DEFAULT);
        model = BaseModel.load(tiny, manager, BaseModel.Precision.F32);
    }

    private static AdapterLayout layout(Target... targets) {
        return new AdapterLayout("llama", TinyModel.LAYERS, 2, 4, List.of(targets));
    }

    @AfterAll
    static void close() {
        model.close();
        manager.close();
        tinyLlama.close();
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
    void an_adapter_that_is_asked_more_has_no_more_say() {
        try (NDManager scope = manager.newSubManager()) {
            SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, scope);
            Lora two = shared.lora(shared.b0().stream().map(b -> b.repeat(0, 2)).toList());
            List<Batch.Sample> few = samples("short", "yes", 1, 0);
            List<Batch.Sample> many = samples("long", "perhaps not, if you ask me", 5, 1);

            float together =
                    mean(scope, two, Stream.concat(few.stream(), many.stream()).toList());

            assertThat(together).isCloseTo((mean(scope, two, few) + mean(scope, two, many)) / 2, within(1e-4f));
        }
    }

    private static List<Batch.Sample> samples(String question, String answer, int count, int owner) {
        return IntStream.range(0, count)
                .mapToObj(i ->
                        new Batch.Sample(format.packed("", List.of(new Example(question + " " + i, answer))), owner))
                .toList();
    }

    private static float mean(NDManager scope, Lora lora, List<Batch.Sample> samples) {
        return AnswerLoss.of(scope, model, lora, samples).mean().getFloat();
    }

    @Test
    void a_stopped_run_leaves_a_checkpoint() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("stopped"));
        TrainingRun run = new TrainingRun(
                RunIdentity.of("b0", "test", "base", tasks()),
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
    void what_was_trained_for_one_base_model_does_not_serve_another(@TempDir Path folder) throws IOException {
        sharedRun("b0", folder.resolve("b0")).train(NOWHERE, 1);

        assertThatThrownBy(() -> SharedAdapter.trained(folder, model.config(), "another base", manager))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was trained for the base model base, this one is another base");
        assertThat(SharedAdapter.trained(folder, model.config(), "base", manager)
                        .layout())
                .isEqualTo(LAYOUT);
    }

    @Test
    void training_learns_its_tasks() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("learning"));
        SharedAdapterObjective objective = shared(false);
        double before = objective.validate().get("unseen_loss");

        new TrainingRun(
                        RunIdentity.of("b0", "test", "base", tasks()),
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

    private static Stream<AdapterLayout> layouts() {
        return Stream.of(LAYOUT, layout(QUERY, VALUE, OUTPUT, DOWN));
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void the_exported_generator_gives_the_adapters_that_were_trained(AdapterLayout layout) throws IOException {
        Path folder = Files.createTempDirectory(scratch, "generator");
        GeneratorArchitecture architecture = new GeneratorArchitecture(TinyModel.HIDDEN, 1, 12, 6, 10, layout);
        SharedAdapter shared = SharedAdapter.initial(layout, 1, manager);
        List<VectorPool> pools = pools();
        Standardization statistics = VectorPool.statistics(pools);
        try (GeneratorNetwork network = new GeneratorNetwork(architecture, PriorForm.DEFAULT, shared, 1, manager)) {
            TaskVector vector = pools.getFirst().probe().vector();
            GeneratorFile file = trained(network, shared, pools, folder);
            assertThat(file.manifest().architecture()).isEqualTo(architecture);
            assertThat(file.manifest().catalogue())
                    .extracting(CatalogueEntry::task)
                    .containsExactly("test/yes", "test/no", "test/perhaps");
            try (NDManager scope = manager.newSubManager();
                    Backend backend = Backend.cpu(1);
                    Generator generator = Generator.load(file, backend)) {
                GeneratorNetwork.Generated trained = network.generate(
                        scope, new float[][] {statistics.apply(vector)}, new float[1][architecture.latent()]);
                float[] latent = generator.prior(vector).mean();
                assertServes(generator, latent, trained);
                assertThat(trained.lora().b())
                        .allSatisfy(b -> assertThat(b.abs().max().getFloat()).isGreaterThan(1e-4f));
                Adapter adapter = generator.generate(latent);
                try (ResidentAdapter resident = ResidentAdapter.create(tinyLlama, adapter.gguf())) {
                    resident.apply(adapter.generated());
                }
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

    private static GeneratorFile trained(
            GeneratorNetwork network, SharedAdapter shared, List<VectorPool> pools, Path folder) throws IOException {
        GeneratorObjective objective = new GeneratorObjective(
                model,
                network,
                shared,
                learners(pools),
                sampler(),
                examinations(VectorPool.statistics(pools), pools),
                new GeneratorObjective.Settings(2, 100, 0.1, 0.5, new KlTerm(1e-3f, 10, 0.01f), 1),
                manager);
        new TrainingRun(
                        RunIdentity.of("generator", "test", "base", tasks()),
                        objective,
                        schedule(12),
                        new TrainingRun.Intervals(5, 50, 50),
                        folder,
                        () -> false,
                        manager)
                .train(NOWHERE, 12);
        return export(TrainingRun.checkpoint(folder));
    }

    /// What is served for a latent is what was trained.
    private static void assertServes(Generator generator, float[] latent, GeneratorNetwork.Generated trained) {
        List<NamedTensor> served = generator.generate(latent).generated();
        assertThat(served).hasSize(trained.lora().b().size());
        for (int i = 0; i < served.size(); i++) {
            float[] expected = trained.lora().b().get(i).toFloatArray();
            float[] actual = Halves.fromF16(served.get(i).data());
            assertThat(actual).hasSameSizeAs(expected);
            for (int k = 0; k < expected.length; k++) {
                assertThat(actual[k]).isCloseTo(expected[k], within(2e-4f + 2e-3f * Math.abs(expected[k])));
            }
        }
    }

    @Test
    void a_standard_prior_is_served_as_a_code_of_the_task_beside_noise() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("standard"));
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
        List<VectorPool> pools = pools();
        PriorForm form = new PriorForm(Prior.STANDARD, PriorForm.DEFAULT.parts());
        try (GeneratorNetwork network = new GeneratorNetwork(ARCHITECTURE, form, shared, 1, manager);
                NDManager scope = manager.newSubManager();
                Backend backend = Backend.cpu(1)) {
            GeneratorFile file = trained(network, shared, pools, folder);
            TaskVector vector = pools.getFirst().probe().vector();
            float[] noise = {0.5f, -2, 1, 1.5f, -0.5f, -1};
            GeneratorNetwork.Generated trained = network.generate(
                    scope, new float[][] {VectorPool.statistics(pools).apply(vector)}, new float[][] {noise});

            try (Generator generator = Generator.load(file, backend)) {
                LatentDistribution prior = generator.prior(vector);
                assertThat(prior.logVariance()).containsExactly(-40, -40, -40, 0, 0, 0);
                assertThat(prior.mean()).endsWith(0, 0, 0);
                assertThat(generator.prior(pools.getLast().probe().vector()).mean())
                        .endsWith(0, 0, 0)
                        .isNotEqualTo(prior.mean());
                float[] latent = prior.mean().clone();
                System.arraycopy(noise, 3, latent, 3, 3);
                assertServes(generator, latent, trained);
                assertThat(trained.lora().b().getFirst().abs().max().getFloat()).isGreaterThan(1e-3f);
                assertThat(trained.divergence().getShape()).isEqualTo(new Shape(1, 3));
                assertThat(trained.divergence().abs().max().getFloat()).isZero();
                assertGoesOnFrom(file, vector, generate(network, file, vector, scope), scope);
            }
        }
    }

    @Test
    void a_part_of_the_task_vector_that_is_not_seen_changes_nothing() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("parts-of-vector"));
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
        List<VectorPool> pools = pools();
        PriorForm form = new PriorForm(Prior.LEARNED, Set.of(VectorPart.END));
        try (GeneratorNetwork network = new GeneratorNetwork(ARCHITECTURE, form, shared, 1, manager);
                NDManager scope = manager.newSubManager();
                Backend backend = Backend.cpu(1)) {
            GeneratorFile file = trained(network, shared, pools, folder);
            TaskVector vector = pools.getFirst().probe().vector();
            TaskVector unseen = changed(vector, 0, 2 * TinyModel.HIDDEN);
            TaskVector seen = changed(vector, 2 * TinyModel.HIDDEN, 3 * TinyModel.HIDDEN);

            try (Generator generator = Generator.load(file, backend)) {
                float[] mean = generator.prior(vector).mean();
                assertServes(generator, mean, generate(network, file, vector, scope));
                assertServes(generator, mean, generate(network, file, unseen, scope));
                assertThat(generator.prior(unseen).mean()).containsExactly(mean);
                assertThat(generator.prior(seen).mean()).isNotEqualTo(mean);
                assertGoesOnFrom(file, vector, generate(network, file, vector, scope), scope);
            }
            assertThat(PriorForm.of(file::floats)).isEqualTo(form);
            try (GeneratorNetwork other = new GeneratorNetwork(ARCHITECTURE, PriorForm.DEFAULT, shared, 1, scope)) {
                assertThatThrownBy(() -> new ExportedGenerator(file).copyInto(other))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("LEARNED of END")
                        .hasMessageContaining("LEARNED of DESCRIPTION, BEFORE, END");
            }
        }
    }

    private static TaskVector changed(TaskVector vector, int from, int to) {
        float[] values = vector.values().clone();
        for (int i = from; i < to; i++) {
            values[i] += 1;
        }
        return new TaskVector(values);
    }

    /// The mean adapter of a task vector.
    private static GeneratorNetwork.Generated generate(
            GeneratorNetwork network, GeneratorFile file, TaskVector vector, NDManager scope) {
        return network.generate(scope, new float[][] {file.statistics().apply(vector)}, new float[1][network.latent()]);
    }

    @Test
    void every_choice_is_in_the_settings_of_its_run() {
        assertThat(CommandLine.populateCommand(new GeneratorOptions()))
                .hasToString("latent 64 beta 2.0E-4 vectors after 0.75 of the layers");
        assertThat(CommandLine.populateCommand(
                        new GeneratorOptions(), "--prior", "STANDARD", "--vector-parts", "END,BEFORE"))
                .hasToString("latent 64 beta 2.0E-4 vectors after 0.75 of the layers prior STANDARD of BEFORE, END");
        assertThat(CommandLine.populateCommand(new TrainB0Command()).settings())
                .isEqualTo("rank 16, alpha 32.0, learned A, targets attn_q,attn_v, rate 0.001, 1200 tokens, 4 queries,"
                        + " packed 0.35, seed 1");
        assertThat(CommandLine.populateCommand(new TrainB0Command(), "--targets", "attn_output,attn_q", "--a", "RANDOM")
                        .settings())
                .contains("random A, targets attn_q,attn_output,");
    }

    @Test
    void a_checkpoint_of_other_settings_or_tasks_or_for_another_base_model_is_refused(@TempDir Path folder)
            throws IOException {
        RunIdentity here = RunIdentity.of("b0", "test", "base", tasks());
        Path file = folder.resolve("checkpoint.gguf");
        Checkpoint.START.write(file, here, new LinkedHashMap<>());

        assertThat(Checkpoint.read(file, here, new LinkedHashMap<>()).step()).isZero();
        for (RunIdentity other : List.of(
                RunIdentity.of("b0", "test", "base", tasks().subList(0, 2)),
                RunIdentity.of("b0", "test", "another base", tasks()),
                RunIdentity.of("b0", "other settings", "base", tasks()))) {
            assertThatThrownBy(() -> Checkpoint.read(file, other, new LinkedHashMap<>()))
                    .as(other.name())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + here.name() + "\"")
                    .hasMessageContaining("\"" + other.name() + "\"")
                    .hasMessageContaining("--folder");
        }
    }

    @Test
    void a_latent_of_one_dimension_has_no_room_for_code_and_noise() {
        GeneratorArchitecture architecture = new GeneratorArchitecture(TinyModel.HIDDEN, 1, 12, 1, 10, LAYOUT);
        PriorForm form = new PriorForm(Prior.STANDARD, PriorForm.DEFAULT.parts());

        assertThatThrownBy(() ->
                        new GeneratorNetwork(architecture, form, SharedAdapter.initial(LAYOUT, 1, manager), 1, manager))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--latent must be at least 2 with --prior STANDARD, is 1");
    }

    @Test
    void principal_directions_are_orthogonal_and_frozen() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("principal-a"));
        SharedAdapter adapter = SharedAdapter.initial(LAYOUT, 1, manager);
        PrincipalDirections.writeTo(adapter, model, tasks(), sampler(), 1, manager);
        SequencedMap<String, float[]> principal = new LinkedHashMap<>();
        adapter.namesOfA()
                .forEach(
                        name -> principal.put(name, adapter.matrices().get(name).toFloatArray()));

        run("b0", folder, shared(adapter, true)).train(NOWHERE, 3);

        principal.forEach((name, a) -> {
            double across = 0;
            double along = 0;
            for (int i = 0; i < TinyModel.HIDDEN; i++) {
                across += a[i] * a[TinyModel.HIDDEN + i];
                along += a[i] * a[i];
            }
            assertThat(across).as(name).isCloseTo(0, within(1e-4 * along));
        });
        assertThat(principal.get("blk.0.attn_q.weight.lora_a"))
                .containsExactly(principal.get("blk.0.attn_v.weight.lora_a"))
                .isNotEqualTo(principal.get("blk.1.attn_q.weight.lora_a"));
        try (GgufFile checkpoint = GgufFile.open(TrainingRun.checkpoint(folder))) {
            principal.forEach((name, a) -> assertThat(
                            checkpoint.floats(checkpoint.tensor(name).orElseThrow()))
                    .containsExactly(a));
            adapter.namesOfB()
                    .forEach(name -> assertThat(
                                    checkpoint.floats(checkpoint.tensor(name).orElseThrow()))
                            .isNotEqualTo(
                                    new float[(int) adapter.matrices().get(name).size()]));
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
        try (GeneratorNetwork next =
                new GeneratorNetwork(architecture, PriorForm.of(file::floats), exported.shared(scope), 2, scope)) {
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
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);

        assertLearnsTheZoo(cvae(PriorForm.DEFAULT, shared), shared, folder, 200);

        assertThat(export(TrainingRun.checkpoint(folder)).manifest().catalogue())
                .hasSize(3);
    }

    @Test
    void a_cvae_with_a_standard_prior_learns_too_and_says_nothing_of_its_noise() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("standard-cvae"));
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
        PriorForm form = new PriorForm(Prior.STANDARD, Set.of(VectorPart.BEFORE, VectorPart.END));

        assertLearnsTheZoo(cvae(form, shared), shared, folder, 200);

        try (GgufFile checkpoint = GgufFile.open(TrainingRun.checkpoint(folder))) {
            assertThat(TrainedGenerator.form(checkpoint)).isEqualTo(form);
        }
        GeneratorFile file = export(TrainingRun.checkpoint(folder));
        assertThat(PriorForm.of(file::floats)).isEqualTo(form);
        float[] mean = file.floats("prior.mean.weight");
        assertThat(Arrays.copyOfRange(mean, mean.length / 2, mean.length)).containsOnly(0);
        assertThat(file.floats("prior.log_variance.weight")).containsOnly(0);
    }

    @Test
    void the_papers_convolutions_learn_the_zoo_for_comparison_only() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("convolutions"));
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
        PriorForm standard = new PriorForm(Prior.STANDARD, PriorForm.DEFAULT.parts());

        assertLearnsTheZoo(new ConvolutionalCvae(ARCHITECTURE, standard, shared, 1, manager), shared, folder, 60);

        assertThat(Files.readAllLines(folder.resolve("log.jsonl")))
                .anyMatch(line -> line.contains("unseen_loss") && line.contains("unseen_exact"));
        assertThatThrownBy(() -> export(TrainingRun.checkpoint(folder)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--decoder CONV, for comparison only");
        try (GgufFile checkpoint = GgufFile.open(TrainingRun.checkpoint(folder))) {
            assertThatThrownBy(() -> TrainedGenerator.form(checkpoint))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("train-generator --from-zero");
        }
        assertThatThrownBy(() -> new ConvolutionalCvae(ARCHITECTURE, PriorForm.DEFAULT, shared, 1, manager))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("add --prior STANDARD");
    }

    @Test
    void resumed_convolutions_go_on_with_their_moments() throws IOException {
        Path whole = Files.createDirectory(scratch.resolve("whole-convolutions"));
        Path parts = Files.createDirectory(scratch.resolve("part-convolutions"));
        PriorForm standard = new PriorForm(Prior.STANDARD, PriorForm.DEFAULT.parts());
        for (Path folder : List.of(whole, parts, parts)) {
            SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
            try (Cvae cvae = new ConvolutionalCvae(ARCHITECTURE, standard, shared, 1, manager)) {
                reconstructionRun(reconstruction(cvae, shared, folder), folder, 4)
                        .train(NOWHERE, folder == whole ? 4 : 2);
            }
        }

        try (GgufFile expected = GgufFile.open(TrainingRun.checkpoint(whole));
                GgufFile actual = GgufFile.open(TrainingRun.checkpoint(parts))) {
            TensorInfo moment =
                    expected.tensor("convolution.decoder.11.running_mean").orElseThrow();
            assertThat(expected.floats(moment)).isNotEqualTo(new float[8]);
            for (TensorInfo tensor : expected.tensors()) {
                assertThat(Arrays.equals(
                                actual.floats(actual.tensor(tensor.name()).orElseThrow()), expected.floats(tensor)))
                        .as(tensor.name())
                        .isTrue();
            }
        }
    }

    private static Cvae cvae(PriorForm form, SharedAdapter shared) {
        GeneratorNetwork network = new GeneratorNetwork(ARCHITECTURE, form, shared, 1, manager);
        return new GeneratorCvae(network, new EncoderNetwork(ARCHITECTURE, network.drawn(), 1, manager));
    }

    private static void assertLearnsTheZoo(Cvae cvae, SharedAdapter shared, Path folder, int steps) throws IOException {
        try (cvae) {
            ReconstructionObjective objective = reconstruction(cvae, shared, folder);
            double before = reconstructionError(objective);

            reconstructionRun(objective, folder, steps).train(NOWHERE, steps);

            // In units of the adapters' own variance: 1 is what dB = 0 gets.
            assertThat(before).isBetween(0.9, 1.1);
            assertThat(reconstructionError(objective)).isLessThan(0.5);
        }
    }

    private static ReconstructionObjective reconstruction(Cvae cvae, SharedAdapter shared, Path folder)
            throws IOException {
        Zoo zoo = new Zoo(folder.resolve("zoo"));
        for (TrainingTask task : tasks()) {
            SequencedMap<String, NDArray> own = new LinkedHashMap<>();
            shared.namesOfB().forEach(name -> {
                NDArray b0 = shared.matrices().get(name);
                Shape shape = new Shape(b0.getShape().get(1), b0.getShape().get(2));
                own.put(name, manager.create(values(task.task().id() + name, shape.size()), shape));
            });
            zoo.write(task.task().id(), 1, own);
        }
        List<VectorPool> pools = pools();
        Map<String, List<String>> checkpoints =
                tasks().stream().collect(Collectors.toMap(task -> task.task().id(), task -> List.of("step-0001")));
        return new ReconstructionObjective(
                cvae,
                shared,
                zoo,
                learners(pools),
                examinations(VectorPool.statistics(pools), pools),
                new ReconstructionObjective.Settings(checkpoints, 3, new KlTerm(1e-4f, 10, 0), 1),
                manager);
    }

    private static TrainingRun reconstructionRun(ReconstructionObjective objective, Path folder, int steps) {
        return new TrainingRun(
                RunIdentity.of("cvae", "test", "base", tasks()),
                objective,
                schedule(steps),
                new TrainingRun.Intervals(100, 500, 500),
                folder,
                () -> false,
                manager);
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
        SequencedMap<String, Examinations.Scoring> examinations = new LinkedHashMap<>();
        examinations.put("unseen", new Examinations.Scoring(Validation.of(tasks(), 6, format), pools));
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
                    RunIdentity.of("zoo", "test", "base", tasks()),
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
            zoo.finish(new Zoo.Provenance("test/no", "tiny", "b0", 1, 1e-2f, List.of(40L), 0, 0));
            assertThat(zoo.holds("test/no")).isTrue();
            assertThat(zoo.checkpoints("test/no", "b0")).containsExactly("step-0040");
            assertThat(zoo.checkpoints("test/yes", "b0")).isEmpty();
            assertThatThrownBy(() -> zoo.checkpoints("test/no", "other"))
                    .hasMessageContaining("another A and B0 (b0) than there are now (other)");
            Map<String, NDArray> kept = zoo.read(scope, "test/no", "step-0040");
            assertThat(kept).containsOnlyKeys(own.keySet());
            own.forEach((name, matrix) ->
                    assertThat(kept.get(name).toFloatArray()).as(name).containsExactly(matrix.toFloatArray()));
            assertThat(objective.adapter(scope, 2).firstEntry().getValue().toFloatArray())
                    .isNotEqualTo(own.firstEntry().getValue().toFloatArray());
        }
    }

    private static GeneratorFile export(Path checkpoint) {
        try (GgufFile file = GgufFile.open(checkpoint)) {
            return new TrainedGenerator(file, LAYOUT.architecture(), TinyModel.HIDDEN)
                    .file("tiny", new BaseModelId("tiny", "0"), format.fingerprint());
        }
    }

    private static TrainingRun sharedRun(String name, Path folder) {
        return sharedRun(name, folder, false);
    }

    private static TrainingRun sharedRun(String name, Path folder, boolean frozenA) {
        return run(name, folder, shared(frozenA));
    }

    private static TrainingRun run(String name, Path folder, SharedAdapterObjective objective) {
        return new TrainingRun(
                RunIdentity.of(name, "test", "base", tasks()),
                objective,
                schedule(6),
                new TrainingRun.Intervals(2, 50, 50),
                folder,
                () -> false,
                manager);
    }

    private static Schedule schedule(int steps) {
        return new Schedule(1e-2f, 3, steps, Double.MAX_VALUE);
    }

    private static SharedAdapterObjective shared(boolean frozenA) {
        return shared(SharedAdapter.initial(LAYOUT, 1, manager), frozenA);
    }

    private static SharedAdapterObjective shared(SharedAdapter adapter, boolean frozenA) {
        SequencedMap<String, Validation> validations = new LinkedHashMap<>();
        validations.put("unseen", Validation.of(tasks(), 12, format));
        return new SharedAdapterObjective(model, adapter, tasks(), sampler(), validations, 200, 1, frozenA, manager);
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
