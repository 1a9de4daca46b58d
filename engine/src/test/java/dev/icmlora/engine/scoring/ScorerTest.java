package dev.icmlora.engine.scoring;

import static dev.icmlora.engine.scoring.PromptForm.DESCRIPTION;
import static dev.icmlora.engine.scoring.PromptForm.EXAMPLES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// Examinations and their marks, with the real base model.
class ScorerTest {
    private static final int CONTEXT = 1024;
    /// Nats of an answer.
    private static final double TOLERANCE = 0.01;
    /// The same between batches of this size and large ones, for which llama.cpp's attention works in other pieces and
    /// with less precision: up to 0.7 nats of an answer that is not likely.
    private static final double ROUNDING = 0.4;

    private static final int SMALL_BATCH = 16;
    private static final int TESTS = 6;

    private static final Set<PromptForm> BOTH = EnumSet.allOf(PromptForm.class);
    private static final Task PLURALS = new Task(
            "Write the plural of the word.",
            List.of(
                    new Example("cat", "cats"),
                    new Example("mouse", "mice"),
                    new Example("box", "boxes"),
                    new Example("city", "cities"),
                    new Example("leaf", "leaves")));

    private static PromptFormat format;
    private static LlamaContext context;
    private static Scorer scorer;

    @BeforeAll
    static void load() {
        format = PromptFormat.of(BaseModelFixture.model());
        context = LlamaContext.create(
                BaseModelFixture.model(), ContextOptions.of(CONTEXT, 512).withSequences(2 * TESTS));
        scorer = new Scorer(context, SMALL_BATCH);
    }

    @AfterAll
    static void close() {
        scorer.close();
        context.close();
    }

    @Test
    void withTheDescriptionEachExampleIsAskedByItself() {
        Score score = score(PLURALS).get(DESCRIPTION);

        assertThat(score.scores()).hasSize(5);
        for (int i = 0; i < 5; i++) {
            assertThat(score.scores().get(i).nats())
                    .isCloseTo(nats(format.packed(PLURALS.description(), List.of(example(i))), 0), within(TOLERANCE));
        }
    }

    @Test
    void withExamplesEachIsAskedAfterTheLongerSideOfTheOthers() {
        Score score = score(PLURALS).get(EXAMPLES);

        List<Example> backwards = PLURALS.examples().reversed();
        Prompt forth = format.packed(PLURALS.description(), PLURALS.examples());
        Prompt back = format.packed(PLURALS.description(), backwards);
        double[] expected = {nats(back, 4), nats(back, 3), nats(forth, 2), nats(forth, 3), nats(forth, 4)};
        for (int i = 0; i < 5; i++) {
            assertThat(score.scores().get(i).nats()).isCloseTo(expected[i], within(TOLERANCE));
        }
        assertThat(score.loss()).isLessThan(score(PLURALS).get(DESCRIPTION).loss());
    }

    @Test
    void batchesOfAnySizeGiveTheSameMarks() {
        Map<PromptForm, Score> whole = score(PLURALS);
        try (Scorer inOne = new Scorer(context, 512)) {
            Map<PromptForm, Score> steps = inOne.score(scoring(PLURALS), () -> {});
            for (PromptForm form : PromptForm.values()) {
                assertThat(steps.get(form).loss()).isCloseTo(whole.get(form).loss(), within(ROUNDING));
            }
        }
    }

    @Test
    void anExactMarkIsWhatGreedyDecodingWouldWrite() {
        Task echo = new Task(
                "",
                List.of(
                        new Example("a b c d", "a b c d"),
                        new Example("e f g h", "e f g h"),
                        new Example("i j k l", "i j k l"),
                        new Example("m n o p", "zebra")));
        Score score = score(echo).get(EXAMPLES);

        Prompt forth = format.packed("", echo.examples());
        Prompt back = format.packed("", echo.examples().reversed());
        double[] margins = {margin(back, 3), margin(back, 2), margin(forth, 2), margin(forth, 3)};
        assertThat(Arrays.stream(margins).boxed())
                .anyMatch(margin -> margin > ROUNDING)
                .anyMatch(margin -> margin < -ROUNDING);
        for (int i = 0; i < margins.length; i++) {
            if (Math.abs(margins[i]) > ROUNDING) {
                assertThat(score.scores().get(i).exact()).as("example " + i).isEqualTo(margins[i] > 0);
            }
        }
    }

    @Test
    void whatPromptsBeginWithIsReadOnce() {
        int description = format.packed(PLURALS.description(), List.of()).tokens().length;
        int examples = format.packed(PLURALS.description(), PLURALS.examples()).tokens().length - description;

        // Forwards, backwards, and the three in the middle by themselves.
        assertThat(scoring(PLURALS).tokens()).isBetween(description + 2 * examples, description + 3 * examples);
    }

    @Test
    void whatTestsLeaveInTheMemoryIsForgottenToo() {
        List<Example> tests = IntStream.range(0, TESTS)
                .mapToObj(i -> new Example("thing " + i, "things " + i))
                .toList();
        Scoring scoring = Scoring.ofTests(format, PLURALS, tests);

        Score first = scorer.score(scoring, () -> {}).get(EXAMPLES);
        Score second = scorer.score(scoring, () -> {}).get(EXAMPLES);

        assertThat(second.loss()).isCloseTo(first.loss(), within(TOLERANCE));
    }

    @Test
    void aTwinIsAskedOnce() {
        Task twins = new Task("", List.of(example(0), example(1), example(0), example(0)));

        assertThat(scoring(twins).examples()).containsExactly(example(0), example(1));
    }

    @Test
    void contradictoryExamplesAreBothAsked() {
        Task contradictory = new Task("", List.of(new Example("cat", "cats"), new Example("cat", "dogs")));

        assertThat(score(contradictory).get(EXAMPLES).scores()).hasSize(2);
    }

    @Test
    void oneExampleIsAskedWithTheDescriptionOnly() {
        Scoring scoring = scoring(new Task("", List.of(example(0))));

        assertThat(scoring.forms()).containsExactly(DESCRIPTION);
        assertThat(scorer.score(scoring, () -> {}).get(DESCRIPTION).scores()).hasSize(1);
    }

    @Test
    void withoutExamplesNothingIsAsked() {
        assertThat(scoring(new Task("Write the plural.", List.of())).examples()).isEmpty();
    }

    @Test
    void examplesThatDoNotFitAreLeftOut() {
        List<Example> large = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            large.add(new Example("word ".repeat(100) + i, "yes"));
        }

        Scoring scoring = scoring(new Task("", large));

        assertThat(scoring.tokens()).isLessThanOrEqualTo(CONTEXT);
        assertThat(scoring.examples()).hasSizeBetween(2, 5);
        assertThat(scoring(new Task("", List.of(new Example("word ".repeat(2000), "yes"))))
                        .examples())
                .isEmpty();
    }

    @Test
    void manyExamplesAreSampled() {
        List<Example> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(new Example("n" + i, "m" + i));
        }

        assertThat(scoring(new Task("", many)).examples()).hasSize(Scoring.MOST_EXAMPLES);
        assertThat(score(new Task("", many)).get(DESCRIPTION).scores()).hasSize(Scoring.MOST_EXAMPLES);
    }

    @Test
    void aCancelledExaminationLeavesTheContextUsable() {
        double before = score(PLURALS).get(EXAMPLES).loss();

        assertThatThrownBy(() -> scorer.score(scoring(PLURALS), () -> {
                    throw new CancellationException();
                }))
                .isInstanceOf(CancellationException.class);

        assertThat(score(PLURALS).get(EXAMPLES).loss()).isEqualTo(before);
    }

    private static Example example(int index) {
        return PLURALS.examples().get(index);
    }

    private static Scoring scoring(Task task) {
        return Scoring.of(format, task, BOTH, CONTEXT);
    }

    private static Map<PromptForm, Score> score(Task task) {
        return scorer.score(scoring(task), () -> {});
    }

    /// Negative log likelihood of one answer, the prompt read by itself.
    private static double nats(Prompt prompt, int turn) {
        double[] nats = {0};
        read(prompt, turn, (token, logits) -> {
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit);
            }
            nats[0] += Math.log(sum) - logits[token];
        });
        return nats[0];
    }

    /// The least lead, over the tokens of one answer, of the right token's logit over every other one's.
    private static double margin(Prompt prompt, int turn) {
        double[] least = {Double.MAX_VALUE};
        read(prompt, turn, (token, logits) -> {
            float right = logits[token];
            logits[token] = Float.NEGATIVE_INFINITY;
            float best = Float.NEGATIVE_INFINITY;
            for (float logit : logits) {
                best = Math.max(best, logit);
            }
            least[0] = Math.min(least[0], right - best);
        });
        return least[0];
    }

    private interface Prediction {
        void of(int token, float[] logits);
    }

    private static void read(Prompt prompt, int turn, Prediction prediction) {
        int[] tokens = prompt.tokens();
        Prompt.Answer answer = prompt.answers().get(turn);
        context.clearMemory();
        try (TokenBatch batch = TokenBatch.allocate(1, 1)) {
            for (int position = 0; position + 1 < tokens.length; position++) {
                batch.clear();
                batch.add(tokens[position], position, 0, true);
                context.decode(batch);
                int next = position + 1;
                if (next >= answer.from() && next < answer.to()) {
                    prediction.of(tokens[next], context.logits(0));
                }
            }
        } finally {
            context.clearMemory();
        }
    }
}
