package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.TokenBatch;

class LabelsWithModelTest {

    private static final Task TASK = new Task("Answer the question.", List.of(new Example("Is ice cold?", "yes")));
    private static final int BATCH = 64;

    private final Engine engine = LoadedEngine.get();
    private final EngineSession session = new EngineSession(engine, new Cancellation());

    /// Labels that begin alike, one that others begin with, and more than are read side by side; several
    /// requests at once, against llama.cpp with one label after the other in another memory.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void labelsAreScoredAsEachIsAlone(boolean adapted) {
        var texts = Stream.concat(
                        Stream.of("yes", "yes, please", "yes, please do", "no", "No", "not at all", "maybe"),
                        IntStream.range(0, 28).mapToObj(i -> "number " + i))
                .toList();
        var adapter = adapted
                ? Optional.of(new ScaledAdapter(session.generated(session.fingerprint(TASK), 1), 2))
                : Optional.<ScaledAdapter>empty();
        var prompts = List.of(prompt("Do you want tea?"), prompt("Is the sky green?"));
        var others = List.of("yes", "no", "number one", "number two");

        var beside = CompletableFuture.supplyAsync(() -> choose(Optional.empty(), prompts, others));
        var answers = choose(adapter, prompts, texts);

        requireShares(beside.join().getFirst(), alone(Optional.empty(), prompts.getFirst(), others));
        for (var i = 0; i < prompts.size(); i++) {
            assertThat(answers.get(i).labels().keySet()).containsExactlyElementsOf(texts);
            requireShares(answers.get(i), alone(adapter, prompts.get(i), texts));
        }
    }

    private static void requireShares(Answer answer, List<Double> expected) {
        assertThat(List.copyOf(answer.labels().values()))
                .zipSatisfy(expected, (share, alone) -> assertThat(share).isCloseTo(alone, within(0.01)));
    }

    private List<Double> alone(Optional<ScaledAdapter> adapter, int[] prompt, List<String> labels) {
        try (var context = engine.model().textContext(1);
                var batch = TokenBatch.allocate(BATCH, 1)) {
            var lora = adapter.map(scaled ->
                    LoraAdapter.load(engine.model().model(), scaled.adapter().gguf()));
            lora.ifPresent(loaded -> loaded.attach(context, adapter.get().scale()));
            var weights = labels.stream()
                    .mapToDouble(label -> Math.exp(logprob(context, batch, prompt, telling(label, labels))))
                    .toArray();
            var sum = Arrays.stream(weights).sum();
            lora.ifPresent(LoraAdapter::close);
            return Arrays.stream(weights).map(weight -> weight / sum).boxed().toList();
        }
    }

    /// The tokens of a label up to the first one that no other has there.
    private int[] telling(String label, List<String> labels) {
        var own = engine.format().answer(label);
        var shared = labels.stream()
                .filter(other -> !other.equals(label))
                .mapToInt(other -> Arrays.mismatch(own, engine.format().answer(other)))
                .max()
                .orElseThrow();
        return Arrays.copyOf(own, shared + 1);
    }

    private static double logprob(LlamaContext context, TokenBatch batch, int[] prompt, int[] label) {
        var tokens =
                IntStream.concat(Arrays.stream(prompt), Arrays.stream(label)).toArray();
        var from = prompt.length - 1;
        context.removeSequence(0, from, -1);
        batch.clear();
        for (var i = context.lastPosition(0) + 1; i < tokens.length - 1; i++) {
            batch.add(tokens[i], i, 0, i >= from);
        }
        context.decode(batch);
        var first = batch.size() - (tokens.length - 1 - from);
        return IntStream.range(prompt.length, tokens.length)
                .mapToDouble(i -> logprob(context.logits(first + i - prompt.length), tokens[i]))
                .sum();
    }

    private static double logprob(float[] logits, int token) {
        var sum = IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp(logits[i]))
                .sum();
        return logits[token] - Math.log(sum);
    }

    @Test
    void ofAThousandLabelsTheOneThatThePromptHoldsIsChosen() {
        var texts = IntStream.range(0, 1000).mapToObj(i -> "number " + i).toList();
        var examples = List.of(new Example("7", "number 7"), new Example("841", "number 841"));

        var answers = choose(
                Optional.empty(),
                Stream.of("356", "12")
                        .map(input -> engine.format()
                                .query("Say it.", examples, input)
                                .tokens())
                        .toList(),
                texts);

        assertThat(answers).extracting(Answer::text).containsExactly("number 356", "number 12");
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.labels().values().stream()
                                .mapToDouble(share -> share)
                                .sum())
                        .isCloseTo(1, within(1e-9)));
    }

    /// Lists of random tokens.
    @Test
    void whateverTheLabelsOneOfThemIsTheAnswer() {
        var random = new Random(7);
        var vocabulary = engine.model().model().vocabulary();
        for (var i = 0; i < 8; i++) {
            var texts = Stream.generate(
                            () -> vocabulary.detokenize(random.ints(1 + random.nextInt(4), 0, vocabulary.size())
                                    .toArray()))
                    .filter(text -> !text.isEmpty())
                    .distinct()
                    .limit(2 + random.nextInt(20))
                    .toList();

            var answers = choose(Optional.empty(), List.of(prompt("What is " + i + "?"), prompt("Why?")), texts);

            assertThat(answers).hasSize(2).allSatisfy(answer -> {
                assertThat(answer.text()).isIn(texts);
                assertThat(answer.labels().values().stream()
                                .mapToDouble(share -> share)
                                .sum())
                        .isCloseTo(1, within(1e-9));
                assertThat(answer.labels().values())
                        .allMatch(share -> share <= answer.probability().orElseThrow());
            });
        }
    }

    private List<Answer> choose(Optional<ScaledAdapter> adapter, List<int[]> prompts, List<String> texts) {
        var labels = Labels.of(texts, engine.format(), engine.contextTokens());
        return session.answer(adapter, prompts, new Choosing(labels, AnswerListener.NONE, ""))
                .answers();
    }

    private int[] prompt(String input) {
        return engine.format().query(TASK.description(), List.of(), input).tokens();
    }
}
