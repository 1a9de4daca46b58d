package dev.icmlora.engine.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.tune.BlockGraph.PathStates;
import dev.icmlora.engine.tune.BlockTree.Pass;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.GgufAdapter;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GraphMemory;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.NamedTensor;

/// The real base model and the shared adapter (B0).
class TunerTest {
    private static final int CONTEXT = 256;
    /// Tunings in a row; `make soak` has half an hour of them.
    private static final int FEW = 6;

    private static final Example TOO_LONG = new Example("word ".repeat(CONTEXT), "b");
    private static final Task PAST = new Task(
            "Put the verb into the past tense.",
            List.of(
                    new Example("I walk home.", "I walked home."),
                    new Example("She sings a song.", "She sang a song."),
                    new Example("They buy bread.", "They bought bread.")));

    private static Backend backend;
    private static FrozenWeights weights;
    private static PromptFormat format;
    private static Adapter shared;
    private static Tuner tuner;

    @BeforeAll
    static void open() {
        LlamaModel model = BaseModelFixture.model();
        backend = Backend.cpu(2);
        backend.threads(1);
        weights = FrozenWeights.of(model, backend);
        format = PromptFormat.of(model);
        GeneratorFile file = GeneratorFile.read(Installation.ofThisProcess().generator());
        try (Generator generator = Generator.load(file, backend)) {
            float[] anywhere = new float[file.manifest().architecture().latent()];
            shared = generator.generate(anywhere, 0);
        }
        tuner = new Tuner(weights, format, backend, CONTEXT, List.of());
    }

    @AfterAll
    static void close() {
        weights.close();
        weights.close();
        backend.close();
    }

    /// Computes all slices, or those before it is cancelled.
    ///
    /// @return whether it is done
    private static boolean run(Tuning tuning, BooleanSupplier cancelled) {
        while (!tuning.isDone() && !cancelled.getAsBoolean()) {
            tuning.advance();
        }
        return tuning.isDone();
    }

    private static Tuning.Result tune(Task task, TuningOptions options) {
        return tune(shared, task, options);
    }

    private static Tuning.Result tune(Adapter start, Task task, TuningOptions options) {
        try (Tuning tuning = tuner.begin(start, task, options)) {
            assertThat(run(tuning, () -> false)).isTrue();
            assertThat(tuning.progress().done()).isEqualTo(1);
            return tuning.result();
        }
    }

    private static List<ExampleTokens> tokens(Task task) {
        Prompt packed = format.packed(task.description(), List.of());
        return IntStream.range(0, task.examples().size())
                .mapToObj(
                        i -> ExampleTokens.of(format, packed, i, task.examples().get(i)))
                .toList();
    }

    @Test
    void likelihoodsAreThoseOfLlama() {
        List<ExampleTokens> examples = tokens(PAST);
        double[] expected = Likelihoods.losses(BaseModelFixture.model(), shared, examples);
        double[] losses = Run.losses(weights, backend, shared, examples, Tuning.BLOCK_TOKENS);
        for (ExampleTokens example : examples) {
            int i = example.index();
            // llama.cpp keeps keys and values in 16 bits, and quantised products round what differs in their own way.
            assertThat(losses[i]).isCloseTo(expected[i], within(0.06 * example.answerTokens()));
        }
    }

    /// Along the gradient, and as far as the loss is all but a line: what quantised products round changes it by a
    /// tenth, too.
    @Test
    void gradientsLeadDownhill() {
        List<ExampleTokens> examples = tokens(PAST);
        List<float[]> b = LoraTensors.matricesOf(shared.generated());
        Run run = Run.gradients(weights, backend, shared, b, examples, Tuning.BLOCK_TOKENS);
        double square = 0;
        for (float[] gradient : run.gradients()) {
            for (float value : gradient) {
                square += (double) value * value;
            }
        }
        double change = 1.2;
        double[] sums = new double[2];
        for (int side = 0; side < 2; side++) {
            List<float[]> moved = LoraTensors.matricesOf(shared.generated());
            for (int i = 0; i < moved.size(); i++) {
                for (int k = 0; k < moved.get(i).length; k++) {
                    moved.get(i)[k] += (float)
                            ((side == 0 ? change : -change) * run.gradients().get(i)[k] / square);
                }
            }
            sums[side] = Run.moved(weights, backend, shared, moved, examples, Tuning.BLOCK_TOKENS)
                    .sum(examples);
        }
        assertThat((sums[0] - sums[1]) / 2).isCloseTo(change, within(0.15 * change));
    }

    @Test
    void theLossFallsAndTheSameRequestGivesTheSameBytesWithAnyNumberOfThreads() {
        TuningOptions options = TuningOptions.forExamples(3).withSteps(2);
        Tuning.Result result = tune(PAST, options);
        Tuning.Summary summary = result.summary();
        assertThat(summary.outcome()).isEqualTo(Outcome.TUNED);
        assertThat(summary.steps()).isEqualTo(2);
        assertThat(result.tokens())
                .isEqualTo(2
                        * tokens(PAST).stream()
                                .mapToInt(example -> example.tokens().length)
                                .sum());
        assertThat(summary.lossAfter()).isLessThan(0.7 * summary.lossBefore());
        assertThat(result.adapter().fixed()).isEqualTo(shared.fixed());
        assertThat(result.adapter().id()).isNotEqualTo(shared.id());
        try (Tuning again = tuner.begin(shared, PAST, options)) {
            for (int slice = 0; !run(again, () -> true); slice++) {
                again.threads(1 + slice % 2);
                again.advance();
            }
            again.threads(1);
            assertThat(again.result().adapter().id()).isEqualTo(result.adapter().id());
        }
        assertThatIllegalArgumentException().isThrownBy(() -> backend.threads(3));
        assertThatIllegalArgumentException().isThrownBy(() -> backend.threads(0));
    }

    @Test
    void aLossThatGrowsLeavesTheAdapterAsItWas() {
        Tuning.Result result = tune(PAST, atRate(1, 1));
        assertThat(result.summary().outcome()).isEqualTo(Outcome.DIVERGED);
        assertThat(result.adapter()).isSameAs(shared);
        assertThat(result.summary().lossAfter()).isEqualTo(result.summary().lossBefore());
    }

    /// So large a B that gradients are, too: products on the way back round them to 16-bit scales, which end.
    @Test
    void gradientsThatAreNoNumbersLeaveTheAdapterAsItWas() {
        Adapter huge = shared.withGenerated(times(shared.generated(), 1000));
        Tuning.Result result = tune(huge, PAST, TuningOptions.forExamples(3));
        assertThat(result.summary().outcome()).isEqualTo(Outcome.DIVERGED);
        assertThat(result.summary().steps()).isZero();
        assertThat(result.summary().lossBefore())
                .isFinite()
                .isEqualTo(result.summary().lossAfter());
        assertThat(result.adapter()).isSameAs(huge);
    }

    @Test
    void aLossThatIsNoNumberLeavesTheAdapterAsItWas() {
        AdapterLayout layout = shared.layout();
        AdapterLayout strong =
                new AdapterLayout(layout.architecture(), layout.layers(), layout.rank(), 1e30f, layout.targets());
        Adapter huge = new Adapter(strong, shared.fixed(), times(shared.generated(), 1000));
        Tuning.Result result = tune(huge, PAST, TuningOptions.forExamples(3));
        assertThat(result.summary().outcome()).isEqualTo(Outcome.DIVERGED);
        assertThat(result.summary().steps()).isZero();
        assertThat(result.summary().lossBefore()).isNaN();
        assertThat(result.adapter()).isSameAs(huge);
    }

    private static List<NamedTensor> times(List<NamedTensor> matrices, float factor) {
        return matrices.stream().map(matrix -> times(matrix, factor)).toList();
    }

    private static NamedTensor times(NamedTensor matrix, float factor) {
        float[] values = Halves.fromF16(matrix.data());
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(values[i] * factor, -Halves.LARGEST, Halves.LARGEST);
        }
        return new NamedTensor(matrix.name(), matrix.type(), matrix.shape(), Halves.toF16(values));
    }

    @Test
    void anAdapterWithAnAOfItsOwnKeepsIt() {
        ResidentShape elsewhere = new ResidentShape(shared.layout(), times(shared.fixed(), 2));
        Adapter brought = elsewhere.fit(GgufAdapter.read(shared.gguf(), "llama"));
        Adapter tuned =
                tune(brought, PAST, TuningOptions.forExamples(3).withSteps(1)).adapter();
        assertThat(tuned.fixed()).isEqualTo(brought.fixed());
        assertThat(tuned.ownBytes()).isEqualTo(tuned.bytes());
    }

    /// Of all modules, with a random A and no B yet.
    @Test
    void anAdapterOfAllModulesIsTuned() {
        List<Target> targets = Arrays.stream(Module.values())
                .map(module -> new Target(module.file(), extent(module, 0), extent(module, 1)))
                .toList();
        int layers = weights.shape().layers();
        Adapter random = TinyModel.adapter(new AdapterLayout("llama", layers, 4, 8, targets), 0.05);
        Adapter start = random.withGenerated(times(random.generated(), 0));
        Tuning.Result result = tune(start, PAST, atRate(3, 3e-3f));
        assertThat(result.summary().outcome()).isEqualTo(Outcome.TUNED);
        assertThat(result.summary().lossAfter())
                .isLessThan(0.9 * result.summary().lossBefore());
        assertThat(result.adapter().generated())
                .allSatisfy(b -> assertThat(Halves.fromF16(b.data())).isNotEqualTo(new float[b.data().length / 2]));
    }

    private static int extent(Module module, int dimension) {
        return Math.toIntExact(weights.layer(0).matrix(module).shape()[dimension]);
    }

    @Test
    void contradictionsAndRepetitionsAreTuned() {
        Task task =
                new Task("Answer.", List.of(new Example("x", "yes"), new Example("x", "no"), new Example("x", "yes")));
        Tuning.Summary summary =
                tune(task, TuningOptions.forExamples(3).withSteps(1)).summary();
        assertThat(summary.lossAfter()).isLessThan(summary.lossBefore());
    }

    @Test
    void itIsCancelledBetweenTwoSlices() {
        try (Tuning tuning = tuner.begin(shared, PAST, TuningOptions.forExamples(3))) {
            assertThat(tuning.progress().done()).isZero();
            assertThat(tuning.progress().loss()).isNaN();
            assertThat(run(tuning, () -> tuning.progress().done() > 0.01)).isFalse();
            assertThat(tuning.isDone()).isFalse();
            assertThat(tuning.progress().done()).isBetween(0.01, 0.5);
            assertThatIllegalStateException().isThrownBy(tuning::result);
        }
    }

    private static Tuning atStep(int step, double part) {
        Tuning tuning = tuner.begin(shared, PAST, TuningOptions.forExamples(3));
        run(tuning, () -> tuning.progress().step() == step);
        double begun = tuning.progress().done();
        run(tuning, () -> tuning.progress().done() >= begun + part);
        return tuning;
    }

    @Test
    void endedAtOnceItHasTheStepsThatWereTaken() {
        try (Tuning between = atStep(2, 0);
                Tuning within = atStep(2, 0.01)) {
            between.endAtOnce();
            within.endAtOnce();

            assertThat(within.isDone()).isTrue();
            assertThat(within.result().summary().steps()).isEqualTo(2);
            assertThat(within.result().adapter().gguf())
                    .isEqualTo(between.result().adapter().gguf());
            assertThat(within.result().summary().lossAfter())
                    .isLessThan(within.result().summary().lossBefore());
        }
    }

    @Test
    void itDoesNotEndBeforeItsFirstStep() {
        try (Tuning tuning = atStep(0, 0.01)) {
            tuning.endAtOnce();

            assertThat(tuning.isDone()).isFalse();
            run(tuning, () -> false);
            assertThat(tuning.result().summary().steps()).isEqualTo(1);
        }
    }

    @Test
    void whatWasEndedGoesOnToTheSameBytes() {
        TuningOptions options = TuningOptions.forExamples(3);
        Tuning.Result whole = tune(PAST, options);
        assertThat(whole.paused()).isEmpty();

        PausedTuning paused;
        try (Tuning begun = atStep(2, 0.01)) {
            begun.endAtOnce();
            paused = begun.result().paused().orElseThrow();
        }
        assertThat(paused.steps()).isEqualTo(2);
        try (Tuning next =
                tuner.prepare(shared, PAST, options, Optional.of(paused)).get()) {
            assertThat(next.progress().step()).isEqualTo(2);
            next.endAtOnce();
            assertThat(run(next, () -> false)).isTrue();
            paused = next.result().paused().orElseThrow();
        }
        // However little time there is, it comes further.
        assertThat(paused.steps()).isEqualTo(3);
        // As where the first one who goes on from there leaves.
        for (int i = 0; i < 2; i++) {
            try (Tuning last =
                    tuner.prepare(shared, PAST, options, Optional.of(paused)).get()) {
                assertThat(run(last, () -> false)).isTrue();
                assertThat(last.progress().done()).isEqualTo(1);
                assertThat(last.result().paused()).isEmpty();
                assertThat(last.result().summary()).isEqualTo(whole.summary());
                assertThat(last.result().adapter().gguf())
                        .isEqualTo(whole.adapter().gguf());
            }
        }
    }

    @Test
    void anExampleThatIsTooLongTakesNoPart() {
        TuningOptions options = TuningOptions.forExamples(3).withSteps(1);
        Task with = new Task(
                PAST.description(),
                Stream.concat(Stream.of(TOO_LONG), PAST.examples().stream()).toList());

        assertThat(tune(with, options).adapter().id())
                .isEqualTo(tune(PAST, options).adapter().id());
    }

    /// Beside the model's own, for each task that is tuned.
    @Test
    void theLongestExampleTakesLittleMemory() {
        int[] tokens = IntStream.range(0, Tuner.MOST_TOKENS).toArray();
        BlockTree tree =
                new BlockTree(List.of(new ExampleTokens(0, tokens, tokens.length - 1, 1)), Tuning.BLOCK_TOKENS);
        try (LoraTensors lora = LoraTensors.of(shared, backend);
                GraphMemory memory = BlockGraph.memory(backend, weights.shape().layers());
                PathStates path = new PathStates(weights.shape(), tree.depth(), backend)) {
            tree.visits(Pass.GRADIENTS).forEach(visit -> new BlockGraph(memory, weights, lora, path, visit).close());

            assertThat(path.bytes() + memory.bytes()).isLessThan(192L << 20);
        }
    }

    @Test
    void badInputIsNamed() {
        TuningOptions options = TuningOptions.forExamples(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tuner.begin(shared, new Task("nothing", List.of()), options))
                .withMessageContaining("no examples");
        Task tooLong = new Task("", List.of(TOO_LONG));
        assertThatExceptionOfType(UnusableInputException.class)
                .isThrownBy(() -> tuner.begin(shared, tooLong, options))
                .satisfies(e -> assertThat(e.parts()).singleElement().satisfies(refused -> {
                    assertThat(refused.name()).isEqualTo("task/examples/0");
                    assertThat((int) refused.value()).isGreaterThan(CONTEXT);
                    assertThat(refused.limit()).isEqualTo(CONTEXT);
                }));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tuner.begin(TinyModel.adapter(TinyModel.Variant.LLAMA), PAST, options))
                .withMessageContaining("3 layers");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withSteps(0));
        assertThatIllegalArgumentException().isThrownBy(() -> atRate(1, Float.NaN));
    }

    @Test
    void optionsFollowTheNumberOfExamples() {
        assertThat(TuningOptions.forExamples(1).steps()).isEqualTo(6);
        assertThat(TuningOptions.forExamples(5).steps()).isEqualTo(6);
        assertThat(TuningOptions.forExamples(16).steps()).isEqualTo(12);
        assertThat(TuningOptions.forExamples(1000).steps()).isEqualTo(12);
        assertThat(TuningOptions.fromNothing().steps()).isEqualTo(12);
        assertThat(TuningOptions.fromNothing().rateOf(0)).isEqualTo(1.5e-3f);
        TuningOptions six = TuningOptions.forExamples(5);
        assertThat(six.rateOf(0)).isEqualTo(2.25e-3f);
        assertThat(six.rateOf(5)).isCloseTo(6.75e-4f, within(1e-9f));
    }

    @Test
    void memoryIsSmallAndGivenBack() throws IOException {
        assertThat(weights.bytes())
                .isLessThan(Files.size(Installation.ofThisProcess().model()));
        Task one = new Task("", Collections.nCopies(1, new Example("a", "b")));
        TuningOptions options = TuningOptions.forExamples(1).withSteps(1);
        tune(one, options);
        tune(one, options);
        long before = residentBytes();
        for (int i = 0; i < FEW; i++) {
            tune(one, options);
        }
        assertThat(residentBytes() - before).isLessThan(64L << 20);
    }

    private static long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
    }

    private static TuningOptions atRate(int steps, float rate) {
        return new TuningOptions(steps, rate, 0.3f, 0.9f, 0.95f, 8);
    }
}
