package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.trainer.paper.References;

/// With the real model and the committed generator. The function's own tests show that it answers as its exported
/// adapter does in plain llama.cpp; here the bench is held against the same.
class ControlBenchTest {

    private static final List<Example> PLURALS =
            List.of(new Example("cat", "cats"), new Example("mouse", "mice"), new Example("box", "boxes"));
    private static final Task TASK = new Task("Write the plural of the word.", PLURALS);
    private static final int MAX_TOKENS = 8;
    /// Whose adapter a control is does not depend on how well it learned.
    private static final References.Effort QUICK = new References.Effort(1, 1, 20);
    private static final Optional<Adapter> NO_ADAPTER = Optional.empty();

    private static ControlBench bench;

    @TempDir
    private Path scratch;

    @BeforeAll
    static void open() {
        Installation installation = Installation.ofThisProcess();
        bench = ControlBench.open(installation, installation.generator(), 1);
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @Test
    void answersAsLlamaCppDoesWithTheAdapterAsAFile() {
        float[] latent = bench.latent(bench.vector(TASK));
        Optional<Adapter> adapter = Optional.of(bench.generate(latent, 1));
        List<int[]> prompts = prompts("dog", "knife", "woman");

        List<String> alone = prompts.stream()
                .map(prompt ->
                        bench.answer(adapter, List.of(prompt), MAX_TOKENS).getFirst())
                .toList();

        assertThat(alone).isEqualTo(fromFile(latent, prompts));
        assertThat(bench.answer(adapter, prompts, MAX_TOKENS)).hasSize(3);
    }

    @Test
    void moreProbableTextHasFewerNats() {
        Prompt likely = bench.format().packed("", List.of(new Example("Count.", "one two three four five")));
        Prompt unlikely = bench.format().packed("", List.of(new Example("Count.", "five two one four three")));

        assertThat(bench.nats(NO_ADAPTER, likely)).isPositive().isLessThan(bench.nats(NO_ADAPTER, unlikely));
        Optional<Adapter> b0 = Optional.of(bench.generate(new float[bench.latent(bench.vector(TASK)).length], 0));
        assertThat(bench.nats(b0, likely)).isPositive().isNotCloseTo(bench.nats(NO_ADAPTER, likely), within(1e-3));
    }

    @Test
    void runningTextGoesOnFromItsOpeningAtASpace() {
        Example passage = new Example("one two three four five", "six seven eight nine ten");

        double nats = bench.nats(NO_ADAPTER, bench.continued(passage));

        assertThat(nats)
                .isPositive()
                .isLessThan(bench.nats(NO_ADAPTER, bench.format().packed("", List.of(passage))));
        assertThat(nats)
                .isLessThan(bench.nats(NO_ADAPTER, bench.continued(new Example("Thank you.", passage.output()))));
        assertThat(bench.continued(passage).tokens())
                .isEqualTo(bench.continued(new Example("one two three four five six", "seven eight nine ten"))
                        .tokens());
    }

    @Test
    void natsDoNotDependOnWhereABatchEnds() {
        String words = "one two three four five six seven eight nine ten ";
        String begun = words.repeat(47);
        Prompt shorter = bench.format().packed("", List.of(new Example(begun, words.repeat(5))));
        Prompt longer = bench.format().packed("", List.of(new Example(begun, words.repeat(10))));
        Prompt.Answer answer = longer.answers().getLast();

        assertThat(shorter.answers().getLast().from()).isLessThan(512);
        assertThat(shorter.tokens()).hasSizeGreaterThan(512);
        assertThat(bench.nats(NO_ADAPTER, longer))
                .isGreaterThan(bench.nats(NO_ADAPTER, shorter))
                .isLessThan(3.0 * (answer.to() - answer.from()));
    }

    @Test
    void controlsAreOtherAdaptersAndNeverTheTasksOwn() {
        KnownTask plurals = known("inflection/plural", TASK);
        KnownTask capitals = known("letters/upper", new Task("Write it in capital letters.", List.of()));
        KnownTask reversed = known("letters/reverse", new Task("Write it backwards.", List.of()));
        KnownTask stated = known("inflection/plural", new Task("What is the plural?", PLURALS.subList(0, 1)));

        List<KnownTask> known = List.of(plurals, capitals, reversed);
        try (References trained = References.open(
                        Installation.ofThisProcess(),
                        bench.file().manifest().base().fingerprint(),
                        bench.file(),
                        bench.format(),
                        scratch,
                        1,
                        QUICK);
                Controls controls = new Controls(bench, Optional.of(trained), known, true)) {
            float[] own = values(controls.generated(stated));
            List<float[]> all = new ArrayList<>();
            for (Condition.Control control : Condition.Control.values()) {
                controls.adapter(control, stated, new SplittableRandom(1))
                        .ifPresent(adapter -> all.add(values(adapter)));
            }

            assertThat(all).noneMatch(values -> Arrays.equals(values, own));
            float[] mean = all.get(Condition.Control.MEAN.ordinal());
            assertThat(mean[7])
                    .isCloseTo(
                            (values(controls.generated(plurals))[7]
                                            + values(controls.generated(capitals))[7]
                                            + values(controls.generated(reversed))[7])
                                    / 3,
                            within(1e-4f));
        }
    }

    private static KnownTask known(String id, Task stated) {
        SuiteTask task = new SuiteTask(id, id.substring(0, id.indexOf('/')), List.of("x"), List.of(), List.of());
        return KnownTask.of(new Evaluation.Subject(task, Group.SEEN), stated, bench);
    }

    private static float[] values(Adapter adapter) {
        return Halves.fromF16(adapter.generated().getFirst().data());
    }

    private static List<int[]> prompts(String... inputs) {
        return Arrays.stream(inputs)
                .map(input -> bench.format()
                        .query(TASK.description(), List.of(), input)
                        .tokens())
                .toList();
    }

    private static List<String> fromFile(float[] latent, List<int[]> prompts) {
        ContextOptions options = ContextOptions.of(512, 512);
        try (Backend backend = Backend.best(1);
                Generator generator = Generator.load(bench.file(), backend);
                LlamaModel model = LlamaModel.load(Installation.ofThisProcess().model());
                LlamaContext context = LlamaContext.create(model, options);
                LoraAdapter adapter =
                        LoraAdapter.load(model, generator.generate(latent, 1).gguf());
                TokenBatch batch = TokenBatch.allocate(512, 1)) {
            adapter.attach(context, 1);
            return prompts.stream()
                    .map(prompt -> likeliest(model, context, batch, prompt))
                    .toList();
        }
    }

    private static String likeliest(LlamaModel model, LlamaContext context, TokenBatch batch, int[] prompt) {
        context.clearMemory();
        batch.clear();
        int last = -1;
        for (int position = 0; position < prompt.length; position++) {
            last = batch.add(prompt[position], position, 0, position == prompt.length - 1);
        }
        List<Integer> answer = new ArrayList<>();
        for (int position = prompt.length; answer.size() < MAX_TOKENS; position++) {
            context.decode(batch);
            float[] logits = context.logits(last);
            int best = 0;
            for (int token = 1; token < logits.length; token++) {
                best = logits[token] > logits[best] ? token : best;
            }
            if (model.vocabulary().isEndOfGeneration(best)) {
                break;
            }
            answer.add(best);
            batch.clear();
            last = batch.add(best, position, 0, true);
        }
        return model.vocabulary()
                .detokenize(answer.stream().mapToInt(Integer::intValue).toArray());
    }
}
