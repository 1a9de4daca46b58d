package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.generator.task.Example;

class SpansWithModelTest {

    private static final String TASK = "Extract the time.";
    private static final List<Example> EXAMPLES =
            List.of(new Example("Come at 7 pm.", "7 pm"), new Example("We meet at noon.", "noon"));
    private static final List<String> TEXTS =
            List.of("A table for two at 8:30 pm, please.", "See you at midnight!", "Is 9 am fine for you?");

    private final Engine engine = LoadedEngine.get();
    private final EngineSession session = new EngineSession(engine, new Cancellation());
    private final Optional<ScaledAdapter> adapter = Optional.of(new ScaledAdapter(session.shared(), 1));

    private Extracting extracting(List<String> texts, String... examples) {
        return Extracting.of(
                texts, List.of(examples), engine.format(), engine.contextTokens(), AnswerListener.NONE, "");
    }

    private List<int[]> prompts(List<String> texts) {
        return texts.stream()
                .map(text -> engine.format().query(TASK, EXAMPLES, text).tokens())
                .toList();
    }

    private List<Answer> extract(List<String> texts, String... examples) {
        return session.answer(adapter, prompts(texts), extracting(texts, examples))
                .answers();
    }

    @Test
    void theLikeliestSpanOfEachTextIsItsAnswer() {
        var answers = extract(TEXTS, "7 pm", "noon");

        assertThat(answers).extracting(Answer::text).containsExactly("8:30 pm", "midnight", "9 am");
        for (var i = 0; i < TEXTS.size(); i++) {
            var answer = answers.get(i);
            assertThat(answer.labels().keySet()).allMatch(TEXTS.get(i)::contains);
            assertThat(answer.labels().values().stream()
                            .mapToDouble(share -> share)
                            .sum())
                    .isCloseTo(1, within(1e-9));
            assertThat(answer.probability().orElseThrow())
                    .isEqualTo(answer.labels().get(answer.text()));
        }
    }

    /// The same spans as labels, of which each goes on after the one before, so that their ends are scored too.
    @Test
    void aSpanIsScoredAsALabelIsWithItsEnd() {
        var spans = List.of("noon", "noon or", "noon or later");
        var labels = new Choosing(
                Labels.of(
                        List.of("noon", "noon or", "noon or later", "noon or later than"),
                        engine.format(),
                        engine.contextTokens()),
                AnswerListener.NONE,
                "");
        var texts = List.of("noon or later");

        var extracted = extract(texts, "noon").getFirst();
        var chosen = session.answer(adapter, prompts(texts), labels).answers().getFirst();

        var shares = chosen.labels();
        assertThat(extracted.labels().keySet()).containsAll(spans);
        for (var span : spans) {
            assertThat(extracted.labels().get(span) / extracted.labels().get("noon"))
                    .as(span)
                    .isCloseTo(shares.get(span) / shares.get("noon"), within(0.02));
        }
    }

    @Test
    void textsBesideOthersHaveTheSameAnswersAsAlone() {
        var texts = IntStream.range(0, 18)
                .mapToObj(i -> "Book a table for %d people at %d:%02d".formatted(i + 2, i % 12, i))
                .toList();
        var beside = CompletableFuture.supplyAsync(() -> extract(TEXTS, "7 pm"));

        var together = extract(texts, "7 pm");

        for (var i : List.of(0, 11, 17)) {
            assertThat(together.get(i).text())
                    .isEqualTo(extract(List.of(texts.get(i)), "7 pm").getFirst().text());
        }
        assertThat(beside.join()).extracting(Answer::text).containsExactly("8:30 pm", "midnight", "9 am");
    }

    @Test
    void anAnswerIsEmptyOnlyWhereAnExampleIs() {
        var texts = List.of("I would like a table by the window.");

        assertThat(extract(texts, "7 pm").getFirst().labels()).doesNotContainKey("");
        assertThat(extract(texts, "7 pm", "").getFirst().labels()).containsKey("");
        assertThat(extract(List.of(" \n"), "7 pm")).extracting(Answer::text).containsExactly("");
    }

    /// Of thousands of spans no more are read than the likely ones, whatever the text is made of.
    @Test
    void aLongTextIsReadInBoundedWork() {
        var texts = List.of(
                IntStream.range(0, 60).mapToObj(i -> "the " + i).collect(Collectors.joining(" ")),
                "12 ".repeat(120),
                "x".repeat(900));
        var prompts = prompts(texts);

        var answers = session.answer(adapter, prompts, extracting(texts, "7 pm", "noon"));

        assertThat(answers.answers()).zipSatisfy(texts, (answer, text) -> {
            assertThat(text).contains(answer.text());
            assertThat(answer.labels()).hasSizeLessThanOrEqualTo(64 * 8);
        });
        var read = prompts.stream().mapToInt(prompt -> prompt.length).sum();
        assertThat(answers.spent().promptTokens()).isLessThan(read + 3 * 64 * 40);
    }
}
