package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.LoadedEngine;
import dev.icmlora.engine.auto.AutoMode.Plan;
import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.engine.auto.ReviewedAnswer.Opinion;
import dev.icmlora.engine.auto.TaskAdapters.TaskAdapter;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// By the engine alone, without the function.
class AutoModeTest {

    private static final Example CAT = new Example("cat", "cats");
    private static final Example DOG = new Example("dog", "dogs");
    private static final Example OX = new Example("ox", "oxen");
    private static final Task PLURALS = new Task("Write the plural of the noun.", List.of(CAT, DOG, OX));
    /// Like one that the generator was trained on.
    private static final Task NEAR = new Task(
            "Write the word in capital letters.",
            List.of(new Example("river", "RIVER"), new Example("stone", "STONE")));
    private static final List<String> LABELS = List.of("yes", "no", "maybe");

    private final Engine engine = LoadedEngine.get();
    private final EngineSession session = new EngineSession(engine, new Cancellation());

    /// What was computed of tasks.
    private final List<Object> computed = new ArrayList<>();

    /// @param outcome of the tuning
    private AutoMode auto(Task task, Optional<Outcome> outcome) {
        return new AutoMode(session, task, adapters(outcome));
    }

    private TaskAdapters adapters(Optional<Outcome> outcome) {
        var shared = new TaskAdapter(session.shared(), Optional.empty(), false);
        var tuned = outcome.map(
                of -> new TaskAdapter(shared.adapter(), Optional.of(new Tuning.Summary(of, 6, 1, 0.1)), true));
        return new TaskAdapters() {
            @Override
            public Optional<TaskAdapter> tuned() {
                return tuned;
            }

            @Override
            public TaskAdapter generated(TaskVector vector) {
                return new TaskAdapter(session.generated(vector, 1), Optional.empty(), false);
            }

            @Override
            public TaskAdapter shared() {
                return shared;
            }

            @Override
            public <T> Optional<T> once(
                    Class<T> type, Object key, int bytes, IntSupplier tokens, Function<EngineSession, T> compute) {
                var result = compute.apply(session);
                computed.add(result);
                return Optional.of(result);
            }
        };
    }

    private List<int[]> prompts(Task task, boolean shown, String... inputs) {
        return Stream.of(inputs)
                .map(input -> engine.format()
                        .query(task.description(), shown ? task.examples() : List.of(), input)
                        .tokens())
                .toList();
    }

    private Decoding text() {
        return new Decoding(SamplingOptions.GREEDY, 8, engine.stops(List.of()));
    }

    private Choosing labels() {
        return choosing(LABELS);
    }

    @Test
    void threeDistinctExamplesAreTunedOn() {
        assertThat(AutoMode.tunes(PLURALS)).isTrue();
        assertThat(AutoMode.tunes(new Task("", List.of(CAT, DOG)))).isFalse();
        assertThat(AutoMode.tunes(new Task("", List.of(CAT, DOG, CAT, DOG)))).isFalse();
        assertThat(AutoMode.tunes(new Task("Do it.", List.of()))).isFalse();
    }

    private static boolean isAskedForNothing() {
        throw new AssertionError("whether examples fit decides nothing here");
    }

    @Test
    void aTaskThatWasTunedIsServedByItsAdapterAlone() {
        var choice = auto(PLURALS, Optional.of(Outcome.TUNED)).choose(AutoModeTest::isAskedForNothing, 1, text());

        assertThat(choice.way()).isEqualTo(Way.TUNED);
        assertThat(choice.plan().isReviewed()).isTrue();
        assertThat(choice.confidence()).isPresent();
        assertThat(choice.seenDistance()).isEmpty();
    }

    @Test
    void afterATuningThatDivergedTheSharedAdapterServes() {
        var auto = auto(PLURALS, Optional.of(Outcome.DIVERGED));

        assertThat(auto.choose(() -> true, 1, text()).way()).isEqualTo(Way.SHARED_EXAMPLES);
        assertThat(auto.choose(() -> false, 1, text()).way()).isEqualTo(Way.SHARED);
        assertThat(auto.choose(() -> true, 1, text()).plan().isReviewed()).isFalse();
    }

    @Test
    void untunedTheDistanceToSeenTasksDecides() {
        var near = auto(NEAR, Optional.empty()).choose(() -> true, 1, text());
        var strange = new Task("qxzzk vvw 0x77 ]] {{ ;; plonk", List.of(new Example("(((", "%%% 17")));
        var far = auto(strange, Optional.empty());

        assertThat(near.way()).isEqualTo(Way.GENERATED);
        assertThat(near.seenDistance().orElseThrow())
                .isLessThan(engine.calibration().near());
        assertThat(near.confidence()).hasValue(engine.calibration().known());
        assertThat(far.seenDistance().orElseThrow())
                .isGreaterThan(engine.calibration().near());
        assertThat(far.choose(() -> true, 1, text()).way()).isEqualTo(Way.SHARED_EXAMPLES);
        assertThat(far.choose(() -> false, 1, text()).way()).isEqualTo(Way.SHARED);
    }

    @Test
    void aTaskIsFingerprintedOnceForItsDistanceAndItsAdapter() {
        var choice = auto(NEAR, Optional.empty()).choose(() -> true, 1, text());

        assertThat(choice.way()).isEqualTo(Way.GENERATED);
        assertThat(session.spent().promptTokens())
                .isEqualTo(engine.format()
                        .packed(NEAR.description(), NEAR.examples())
                        .tokens()
                        .length);
    }

    @Test
    void itTunesAnswersAndSaysHowSureItIs() {
        var auto = new AutoMode(session, PLURALS);
        var choice = auto.choose(() -> true, 1, text());
        var inputs = new String[] {"cow", "phenomenon", "xylem"};
        var unsure = new ArrayList<Integer>();
        var wanted = new Decoding(
                SamplingOptions.GREEDY, 8, engine.stops(List.of()), OptionalInt.empty(), false, (_, _) -> {});

        var answers = auto.answer(
                choice.plan(),
                1,
                prompts(PLURALS, false, inputs),
                (_, places) -> {
                    unsure.addAll(places);
                    return Optional.of(prompts(
                            PLURALS,
                            true,
                            places.stream().map(place -> inputs[place]).toArray(String[]::new)));
                },
                wanted);

        assertThat(choice.way()).isEqualTo(Way.TUNED);
        assertThat(IntStream.range(0, 3).filter(i -> answers.get(i).opinion() != Opinion.NONE))
                .as("those that have a second opinion")
                .containsExactlyElementsOf(unsure);
        assertThat(session.spent().tuningTokens()).isPositive();
        assertThat(answers).hasSize(3).allSatisfy(each -> {
            assertThat(each.confidence().orElseThrow()).isBetween(0.0, 1.0);
            assertThat(each.answer().logprobs()).as("not asked for").isEmpty();
        });
    }

    @Test
    void aSecondOpinionOnATextIsShownHalfOfTheExamplesAndOnALabelAllOfThem() {
        var auto = auto(PLURALS, Optional.of(Outcome.TUNED));
        // What is cut off is never sure.
        var cut = new Decoding(SamplingOptions.GREEDY, 1, engine.stops(List.of()));
        var asked = new ArrayList<List<Example>>();

        for (var wanted : List.of(cut, choosing(List.of("Monday", "Tuesday", "Friday", "Sunday")))) {
            auto.answer(
                    auto.by(Way.TUNED),
                    1,
                    prompts(PLURALS, false, "xylem"),
                    (examples, _) -> {
                        asked.add(examples);
                        return Optional.empty();
                    },
                    wanted);
        }

        assertThat(asked).containsExactly(List.of(CAT, DOG), PLURALS.examples());
    }

    @Test
    void whatIsDrawnHasNoSecondOpinion() {
        var auto = auto(PLURALS, Optional.of(Outcome.TUNED));
        var drawn = new Decoding(SamplingOptions.GREEDY.withTemperature(1), 4, engine.stops(List.of()));

        var answers = auto.answer(
                auto.choose(() -> true, 1, text()).plan(),
                1,
                prompts(PLURALS, false, "xylem"),
                (_, _) -> {
                    throw new AssertionError("asked for examples");
                },
                drawn);

        assertThat(answers).extracting(ReviewedAnswer::opinion).containsExactly(Opinion.NONE);
    }

    @Test
    void whatThereIsNoTimeForIsLeftOut() {
        var hurried = new EngineSession(engine, new Cancellation(Duration.ofMillis(1)));
        var diverged = adapters(Optional.of(Outcome.DIVERGED));

        assertThat(opinion(session)).isNotEqualTo(Opinion.NONE);
        assertThat(opinion(hurried)).isEqualTo(Opinion.NONE);
        assertThat(way(session, diverged)).isEqualTo(Way.SHARED_EXAMPLES);
        assertThat(way(hurried, diverged)).isEqualTo(Way.SHARED);
    }

    @Test
    void whatIsBegunIsGivenUpWhenTheTimeForTheRestComes() {
        var hurried = new EngineSession(engine, new Cancellation(Duration.ofMillis(500)));
        hurried.leaveTimeFor(0);

        assertThat(hurried.inTime(0, asking -> asking.compute(() -> "done"))).hasValue("done");
        assertThat(hurried.inTime(0, asking -> {
                    while (true) {
                        asking.compute(() -> "more");
                    }
                }))
                .isEmpty();
        assertThat(hurried.compute(() -> "the rest")).isEqualTo("the rest");
    }

    private Way way(EngineSession asking, TaskAdapters adapters) {
        var auto = new AutoMode(asking, PLURALS, adapters);
        auto.leaveTimeFor(prompts(PLURALS, false, "xylem"), text());
        return auto.choose(() -> true, 1, text()).way();
    }

    private Opinion opinion(EngineSession asking) {
        var auto = new AutoMode(asking, PLURALS, adapters(Optional.of(Outcome.TUNED)));
        var shown = Optional.of(prompts(PLURALS, true, "xylem"));
        return auto.answer(auto.by(Way.TUNED), 1, prompts(PLURALS, false, "xylem"), (_, _) -> shown, text())
                .getFirst()
                .opinion();
    }

    /// Labels that an adapter prefers whatever it is asked lose half of that.
    @Test
    void labelsAreWeighedAgainstTheBias() {
        var task = new Task(
                "Is it safe?", List.of(new Example("a warm bath", "yes"), new Example("a glass of cold water", "yes")));
        var auto = auto(task, Optional.of(Outcome.TUNED));
        var prompts = prompts(task, false, "a bath of acid");
        var tuned = new Plan(Optional.of(auto.by(Way.TUNED).adapter().orElseThrow()), false, false);

        // Who comes first reads all of the prompt, and rounds otherwise than who goes on from what is kept of it.
        auto.answer(auto.by(Way.SHARED), 1, prompts, (_, _) -> Optional.empty(), labels());
        var raw = auto.answer(auto.by(Way.SHARED), 1, prompts, (_, _) -> Optional.empty(), labels());
        var spent = session.spent();
        var weighed = auto.answer(tuned, 1, prompts, (_, _) -> Optional.empty(), labels());

        var bias = computed.stream()
                .filter(LabelBias.class::isInstance)
                .map(LabelBias.class::cast)
                .toList()
                .getFirst();
        assertThat(bias.logs()).hasSize(3);
        var shares = List.copyOf(labels(raw).values());
        var sum = 0.0;
        for (var i = 0; i < 3; i++) {
            sum += shares.get(i) * Math.exp(bias.logs().get(i));
        }
        var others = List.copyOf(labels(weighed).values());
        for (var i = 0; i < 3; i++) {
            assertThat(others.get(i))
                    .isCloseTo(shares.get(i) * Math.exp(bias.logs().get(i)) / sum, within(0.02));
        }
        assertThat(session.spent().promptTokens() - spent.promptTokens())
                .as("what is read of the bias counts")
                .isGreaterThan(2 * prompts.getFirst().length);
        assertThat(session.spent().completionTokens() - spent.completionTokens())
                .as("what is written for it does not")
                .isEqualTo(weighed.getFirst().answer().tokens());
    }

    private static Map<String, Double> labels(List<ReviewedAnswer> answers) {
        return answers.getFirst().answer().labels();
    }

    private static final List<String> KINDS = List.of("animal", "plant");
    private static final Task KIND = new Task(
            "What is it?",
            Stream.concat(
                            Stream.of("horse", "wolf", "a small dog", "eagle", "cow", "white shark", "mouse", "tiger")
                                    .map(input -> new Example(input, "animal")),
                            Stream.of("oak", "a red rose", "pine tree", "tulip", "wheat", "fern", "daisy", "apple tree")
                                    .map(input -> new Example(input, "plant")))
                    .toList());

    private Choosing kinds() {
        return choosing(KINDS);
    }

    @Test
    void labelsThatHaveExamplesAreToldApartByAHead() {
        var auto = auto(KIND, Optional.of(Outcome.TUNED));
        var choice = auto.choose(() -> true, 1, kinds());
        var read = session.spent().promptTokens();

        var answers = auto.answer(
                choice.plan(),
                1,
                prompts(KIND, false, "lion", "birch tree", "goat", "sunflower"),
                (_, _) -> Optional.empty(),
                kinds());

        assertThat(choice.way()).isEqualTo(Way.SHARED);
        assertThat(choice.confidence().orElseThrow()).isBetween(0.6, 1.0);
        assertThat(choice.plan().weights().orElseThrow().head()).isPositive();
        assertThat(choice.plan().weights().orElseThrow().tuned()).isZero();
        assertThat(read).as("the examples").isGreaterThan(16);
        assertThat(choice.plan().threshold(0.05))
                .as("sixteen show no such risk")
                .isGreaterThanOrEqualTo(0.95);
        assertThat(choice.plan().threshold(0.4)).as("they show this one").isLessThanOrEqualTo(0.6);
        assertThat(answers)
                .extracting(each -> each.answer().text())
                .containsExactly("animal", "plant", "animal", "plant");
        assertThat(answers).allSatisfy(each -> {
            assertThat(each.opinion()).isEqualTo(Opinion.NONE);
            assertThat(each.confidence()).isEqualTo(each.answer().probability());
            assertThat(each.answer().states()).isEmpty();
        });
    }

    @Test
    void whereWordsTellMoreThanStatesTheTunedAdapterHasASay() {
        var good = Stream.of("I laughed all evening.", "Nothing is missing here.", "We would come again.", "A joy.")
                .map(input -> new Example(input, "good"));
        var bad = Stream.of("I slept all evening.", "Much is missing here.", "We would rather leave.", "A pain.")
                .map(input -> new Example(input, "bad"));
        var task =
                new Task("Is the review good or bad?", Stream.concat(good, bad).toList());
        var labels = Labels.of(List.of("bad", "good"), engine.format(), engine.contextTokens());
        var verdicts = new Choosing(labels, AnswerListener.NONE, "");
        var auto = auto(task, Optional.of(Outcome.TUNED));

        var choice = auto.choose(() -> true, 1, verdicts);
        var answers = auto.answer(
                choice.plan(), 1, prompts(task, false, "So so.", "Lovely."), (_, _) -> Optional.empty(), verdicts);

        assertThat(choice.way()).isEqualTo(Way.TUNED);
        assertThat(choice.plan().weights().orElseThrow().tuned()).isEqualTo(1);
        assertThat(choice.plan().threshold(0.2))
                .as("of nothing but the probability")
                .isEqualTo(0.8);
        assertThat(answers).hasSize(2).allSatisfy(each -> {
            assertThat(each.confidence()).isEqualTo(each.answer().probability());
            assertThat(each.answer().labels().values().stream()
                            .mapToDouble(share -> share)
                            .sum())
                    .isCloseTo(1, within(1e-6));
        });
    }

    @Test
    void whereNeitherTellsMuchNothingIsTuned() {
        var examples = Stream.of("a", "b", "c", "d", "e", "f")
                .flatMap(input -> KINDS.stream().map(kind -> new Example(input, kind)))
                .toList();
        var auto = auto(new Task("What is it?", examples), Optional.of(Outcome.TUNED));

        assertThat(auto.choose(() -> true, 1, kinds()).way()).isEqualTo(Way.SHARED);
    }

    @Test
    void aHeadNeedsTwoExamplesOfHalfOfTheLabels() {
        var examples = KIND.examples();
        assertThat(TaskHeads.learns(KIND, KINDS)).isTrue();
        assertThat(TaskHeads.learns(KIND, List.of("animal", "plant", "stone", "star")))
                .isTrue();
        assertThat(TaskHeads.learns(KIND, List.of("animal", "plant", "stone", "star", "cloud")))
                .isFalse();
        assertThat(TaskHeads.learns(KIND, List.of("animal", "stone"))).isFalse();
        assertThat(TaskHeads.learns(new Task("", examples.subList(0, 9)), KINDS))
                .isFalse();
        assertThat(TaskHeads.learns(new Task("", List.of(CAT, CAT, DOG, DOG)), List.of("cats", "dogs")))
                .as("each twice")
                .isFalse();
        assertThat(auto(KIND, Optional.of(Outcome.TUNED))
                        .choose(() -> true, 0.5f, kinds())
                        .plan()
                        .head())
                .as("at another scale")
                .isEmpty();
    }

    /// @param count of each label
    private static Task labelled(List<String> labels, int count, int words) {
        return new Task(
                "Which?",
                labels.stream()
                        .flatMap(label -> IntStream.range(0, count)
                                .mapToObj(i -> new Example(label + i + " word".repeat(words), label)))
                        .toList());
    }

    private Choosing choosing(List<String> labels) {
        return new Choosing(Labels.of(labels, engine.format(), engine.contextTokens()), AnswerListener.NONE, "");
    }

    private static List<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + (100 + i)).toList();
    }

    @Test
    void aHeadReadsAsManyExamplesAsARequestHasTimeFor() {
        var eight = numbered(8);
        var usual = TaskHeads.known(labelled(eight, 32, 8), choosing(eight), engine);
        var long1 = TaskHeads.known(labelled(KINDS, 30, 400), choosing(KINDS), engine);

        assertThat(usual).hasSize(8 * 32);
        assertThat(long1)
                .hasSizeBetween(8, 10)
                .extracting(TaskHeads.Known::round)
                .contains(3);
    }

    /// The function keeps 32 MiB of what it finds out about tasks.
    @Test
    void severalHeadsOfALargeModelCanBeKept() {
        assertThat(TaskHeads.mostExamples(576, 77)).isEqualTo(512);
        for (var width : List.of(576, 2048, 4096)) {
            var examples = TaskHeads.mostExamples(width, 256);

            assertThat(examples).isGreaterThan(64);
            assertThat(LabelHead.bytes(width, 256, examples)).isBetween(7 << 20, 8 << 20);
        }
    }

    @Test
    void labelsOfWhichTooFewExamplesCanBeReadHaveNoHead() {
        var many = numbered(40);
        var task = labelled(many, 2, 400);

        var learned =
                new TaskHeads(engine, task, new TaskFindings(task).in(session)).ofLabels(choosing(many), () -> true);

        assertThat(TaskHeads.learns(task, many)).isTrue();
        assertThat(learned.head()).isEmpty();
        assertThat(session.spent().promptTokens()).isZero();
    }

    private Extracting spans(List<String> texts) {
        return Extracting.of(
                texts, List.of("Friday"), engine.format(), engine.contextTokens(), AnswerListener.NONE, "");
    }

    @Test
    void spansAreToldByAHeadAndNotTuned() {
        var days = new Task(
                "Which day?",
                List.of(
                        new Example("We meet on Friday at noon.", "Friday"),
                        new Example("Monday would suit me.", "Monday"),
                        new Example("Not before next Tuesday, please.", "Tuesday")));
        var auto = auto(days, Optional.of(Outcome.TUNED));

        var choice = auto.choose(AutoModeTest::isAskedForNothing, 1, spans(List.of()));

        assertThat(choice.way()).isEqualTo(Way.SHARED);
        for (var count : List.of(1, 40)) {
            var inputs = IntStream.range(0, count)
                    .mapToObj("Shall we say Thursday, all %d of us?"::formatted)
                    .toArray(String[]::new);
            var answers = auto.answer(
                    choice.plan(), 1, prompts(days, false, inputs), (_, _) -> Optional.empty(), spans(List.of(inputs)));
            assertThat(answers)
                    .hasSize(count)
                    .allSatisfy(each -> assertThat(each.answer().text()).isEqualTo("Thursday"));
        }
        assertThat(auto.choose(() -> true, 0.5f, spans(List.of())).way())
                .as("the head is not fitted to such an adapter")
                .isEqualTo(Way.TUNED);
    }

    @Test
    void examplesThatAreTooLongTellNothingOfSpans() {
        var long1 = new Example("a ".repeat(engine.contextTokens()), "a");

        assertThat(new TaskHeads(engine, new Task("Which?", List.of(long1)), new TaskFindings(KIND).in(session))
                        .ofSpans(""))
                .isEmpty();
    }

    @Test
    void whatDoesNotFitTellsNoBias() {
        var tooLong = "word ".repeat(engine.contextTokens());
        var task = new Task(tooLong, List.of(new Example("a", "yes")));
        var auto = auto(task, Optional.of(Outcome.TUNED));

        auto.answer(
                auto.by(Way.TUNED),
                1,
                prompts(new Task("Is it?", List.of()), false, "a"),
                (_, _) -> Optional.empty(),
                labels());

        assertThat(computed).containsExactly(LabelBias.NONE);
    }
}
