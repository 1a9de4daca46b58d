package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// Without a generator, labels that a head does not tell apart are asked for with examples in the prompt.
class WordsAmongExamplesTest {

    private static final List<String> KINDS = List.of("animal", "plant");

    /// What its hidden states tell nothing of.
    private static final Task DRAWN = new Task(
            "What is it?",
            Stream.of("a", "b", "c", "d", "e", "f")
                    .flatMap(input -> KINDS.stream().map(kind -> new Example(input, kind)))
                    .toList());

    private static Engine engine;

    @BeforeAll
    static void load() {
        var files = EngineFiles.installed();
        engine = EngineLoader.load(
                EngineFiles.of(files.nativeDirectory(), files.model()),
                EngineOptions.DEFAULT.withThreads(1),
                EngineObserver.NONE);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private final EngineSession session = new EngineSession(engine, new Cancellation());
    private final AutoMode auto = new AutoMode(session, DRAWN);

    private static Choosing kinds() {
        return new Choosing(Labels.of(KINDS, engine.format(), engine.contextTokens()), AnswerListener.NONE, "");
    }

    private static List<int[]> prompts(List<Example> examples) {
        return Stream.of("g", "h")
                .map(input -> engine.format()
                        .query(DRAWN.description(), examples, input)
                        .tokens())
                .toList();
    }

    private List<Double> animals(
            AutoMode.Plan plan, BiFunction<List<Example>, List<Integer>, Optional<List<int[]>>> shown) {
        return auto.answer(plan, 1, prompts(List.of()), shown, kinds()).stream()
                .map(each -> {
                    var shares = each.answer().labels();
                    assertThat(shares.get("animal") + shares.get("plant")).isCloseTo(1, within(1e-6));
                    return shares.get("animal");
                })
                .toList();
    }

    @Test
    void theWordsOfInputsComeFromPromptsWithExamples() {
        var choice = auto.choose(List.of(), () -> true, 1, kinds());
        var asked = new ArrayList<Example>();

        var among = animals(choice.plan(), (examples, places) -> {
            assertThat(places).containsExactly(0, 1);
            asked.addAll(examples);
            return Optional.of(prompts(examples));
        });
        var alone = animals(choice.plan(), (_, _) -> Optional.empty());

        assertThat(choice.way()).isEqualTo(Way.BASE);
        assertThat(choice.plan().weights().orElseThrow().tuned()).isZero();
        assertThat(asked).containsExactlyInAnyOrderElementsOf(DRAWN.examples());
        assertThat(among).isNotEqualTo(alone);
    }

    /// Of the examples those that are shown half of the others, and those that are shown the other half, have them in
    /// common.
    @Test
    void whatExamplesAreAskedWithIsReadOnce() {
        auto.choose(List.of(), () -> true, 1, kinds());

        var all = prompts(DRAWN.examples()).getFirst().length;
        var alone = prompts(List.of()).getFirst().length;
        assertThat(session.spent().promptTokens())
                .isLessThan(2 * all + 2 * DRAWN.examples().size() * alone);
    }

    @Test
    void whereExamplesDoNotFitTheirWordsAreThoseOfTheDescription() {
        var choice = auto.choose(List.of(), () -> false, 1, kinds());

        animals(choice.plan(), (_, _) -> {
            throw new AssertionError("asked for examples");
        });

        assertThat(choice.plan().head()).isPresent();
    }
}
