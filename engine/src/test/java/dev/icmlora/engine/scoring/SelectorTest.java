package dev.icmlora.engine.scoring;

import static dev.icmlora.engine.scoring.PromptForm.DESCRIPTION;
import static dev.icmlora.engine.scoring.PromptForm.EXAMPLES;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToDoubleBiFunction;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.TestGenerators;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;

/// A small generator, and a workbench on which the losses are what the test says.
class SelectorTest {
    /// The mean, B0 and the base model, each in two forms of prompt.
    private static final int ALL_WITHOUT_SEEN_TASKS = 6;
    private static final TaskVector VECTOR = vector();
    private static final Example CAT = new Example("cat", "cats");
    private static final Example DOG = new Example("dog", "dogs");
    private static final Example MOUSE = new Example("mouse", "mice");
    private static final Task TASK = new Task("Write the plural.", List.of(CAT, DOG, MOUSE));
    private static final Calibration CALIBRATION =
            new Calibration(new DecisionRule(0.1, 1, 0.1), new Familiarity(1), new Confidence(-3, 3, 3, 0.7, 0.2));

    private static Backend backend;
    private static PromptFormat format;
    private static Generator generator;
    private static Selector selector;

    @BeforeAll
    static void load() {
        format = PromptFormat.of(BaseModelFixture.model());
        backend = Backend.cpu(1);
        generator = Generator.load(TestGenerators.file(7), backend);
        selector = new Selector(generator, format, 1024, CALIBRATION);
    }

    @AfterAll
    static void close() {
        generator.close();
        backend.close();
    }

    @Test
    void aGoodAdapterServesAtOnce() {
        Bench bench = new Bench((turn, form) -> 0.05);

        Decision decision = select(TASK, 8, bench);

        assertThat(decision.served().origin()).isInstanceOf(Origin.Mean.class);
        assertThat(decision.served().form()).isEqualTo(DESCRIPTION);
        assertThat(decision.adapter()).contains(bench.applied);
        assertThat(decision.scored()).hasSize(1);
        assertThat(decision.confidence()).isGreaterThan(0.9);
    }

    @Test
    void whereExamplesDoBetterTheyAreShown() {
        Decision decision = select(TASK, 8, new Bench((turn, form) -> form == EXAMPLES ? 0.3 : 2));

        assertThat(decision.served().form()).isEqualTo(EXAMPLES);
        assertThat(decision.scored()).hasSize(ALL_WITHOUT_SEEN_TASKS);
        assertThat(decision.confidence()).isLessThan(0.5);
    }

    @Test
    void theBaseModelServesWhereAdaptersHurt() {
        Decision decision =
                select(TASK, 6, new Bench((turn, form) -> turn == Bench.BASE && form == EXAMPLES ? 0.3 : 3));

        assertThat(decision.served().origin()).isInstanceOf(Origin.Base.class);
        assertThat(decision.adapter()).isEmpty();
    }

    @Test
    void theServedAdapterIsTheOneThatWasTried() {
        Bench bench = new Bench((turn, form) -> turn == 1 ? 0.2 : 2);

        Decision decision = select(TASK, 8, bench);

        assertThat(decision.served().origin())
                .isEqualTo(decision.scored().get(2).candidate().origin());
        assertThat(((Origin.Mean) decision.served().origin()).strength()).isZero();
        assertThat(decision.adapter().orElseThrow().id())
                .isEqualTo(generator
                        .generate(List.of(generator.prior(VECTOR).mean()), new float[] {0})
                        .getFirst()
                        .id());
    }

    @Test
    void noMoreCandidatesThanAskedFor() {
        for (int candidates = 1; candidates <= 20; candidates++) {
            Decision decision = select(TASK, candidates, new Bench((turn, form) -> 2));

            assertThat(decision.scored()).hasSize(Math.min(candidates, ALL_WITHOUT_SEEN_TASKS));
        }
    }

    @Test
    void knownTasksLendTheirLatents() {
        float[] known = new float[8];
        known[0] = 9;
        try (Generator withTasks = Generator.load(TestGenerators.file(7).withSeenLatents(List.of(known)), backend)) {
            Decision decision = new Selector(withTasks, format, 1024, CALIBRATION)
                    .select(TASK, VECTOR, options(8), new Bench((turn, form) -> 2));

            assertThat(decision.scored())
                    .extracting(candidate -> candidate.candidate().origin())
                    .filteredOn(Origin.Nearest.class::isInstance)
                    .hasSize(2)
                    .allSatisfy(origin ->
                            assertThat(((Origin.Nearest) origin).task()).isEqualTo("letters/upper"));
            assertThat(decision.distance()).isPresent();
        }
    }

    @Test
    void whenTimeIsUpWhatWasTriedDecides() {
        SelectionOptions hurried = new SelectionOptions(16, Optional.of(Duration.ZERO), true);

        Decision decision = selector.select(TASK, VECTOR, hurried, new Bench((turn, form) -> 2));

        assertThat(decision.scored()).hasSize(1);
        assertThat(decision.served().form()).isEqualTo(DESCRIPTION);
    }

    @Test
    void aWorkbenchThatIsShortOfTimeTriesNoMore() {
        Bench bench = new Bench((turn, form) -> 2);
        bench.shortOfTime = true;
        SelectionOptions options = new SelectionOptions(16, Optional.empty(), true);

        Decision decision = selector.select(TASK, VECTOR, options, bench);

        assertThat(decision.scored()).hasSize(1);
        assertThat(decision.hurried()).isTrue();
    }

    @Test
    void whereNothingWasLeftOutNothingWasHurried() {
        Bench bench = new Bench((turn, form) -> 0.05);
        bench.shortOfTime = true;

        assertThat(select(TASK, 8, bench).hurried()).isFalse();
        assertThat(select(TASK, 8, new Bench((turn, form) -> 2)).hurried()).isFalse();
    }

    @Test
    void withoutRoomForExamplesOnlyTheDescriptionIsTried() {
        SelectionOptions tight = new SelectionOptions(4, Optional.empty(), false);

        Decision decision = selector.select(TASK, VECTOR, tight, new Bench((turn, form) -> 2));

        assertThat(decision.scored())
                .hasSize(3)
                .allMatch(candidate -> candidate.candidate().form() == DESCRIPTION);
    }

    @Test
    void withoutExamplesNothingIsTried() {
        Decision decision = select(new Task("Write the plural.", List.of()), 8, new Bench((turn, form) -> {
            throw new AssertionError("tried");
        }));

        assertThat(decision.scored()).isEmpty();
        assertThat(decision.served().form()).isEqualTo(DESCRIPTION);
        assertThat(decision.adapter()).isPresent();
        assertThat(decision.confidence()).isEqualTo(0.7);
        assertThat(decision.tokens()).isZero();
    }

    @Test
    void oneExampleIsNoComparison() {
        for (List<Example> examples : List.of(List.of(CAT), List.of(CAT, CAT, CAT))) {
            Decision decision = select(new Task("Write the plural.", examples), 8, new Bench((turn, form) -> 0));

            assertThat(decision.scored()).isEmpty();
            assertThat(decision.confidence()).isEqualTo(0.7);
        }
    }

    @Test
    void farFromEveryKnownTaskTheGeneratorIsNotTrustedAlone() {
        float[] far = new float[8];
        far[1] = 1000;
        float[] farther = new float[8];
        farther[1] = 1010;
        try (Generator withTasks =
                Generator.load(TestGenerators.twoTasks(7).withSeenLatents(List.of(far, farther)), backend)) {
            Selector careful = new Selector(withTasks, format, 1024, CALIBRATION);
            Bench unused = new Bench((turn, form) -> 0);

            Decision described = careful.select(new Task("Do it.", List.of()), VECTOR, options(8), unused);
            Decision shown = careful.select(new Task("Do it.", List.of(CAT)), VECTOR, options(8), unused);

            assertThat(((Origin.Mean) described.served().origin()).strength()).isZero();
            assertThat(described.served().form()).isEqualTo(DESCRIPTION);
            assertThat(shown.served().form()).isEqualTo(EXAMPLES);
            assertThat(shown.confidence()).isEqualTo(0.2);
        }
    }

    @Test
    void theSameRequestGivesTheSameDecision() {
        Bench bench = new Bench((turn, form) -> turn == 5 ? 0.2 : 2);
        Bench again = new Bench((turn, form) -> turn == 5 ? 0.2 : 2);

        assertThat(select(TASK, 16, bench).adapter().orElseThrow().id())
                .isEqualTo(select(TASK, 16, again).adapter().orElseThrow().id());
    }

    private static Decision select(Task task, int candidates, Bench bench) {
        return selector.select(task, VECTOR, options(candidates), bench);
    }

    private static SelectionOptions options(int candidates) {
        return new SelectionOptions(candidates, Optional.empty(), true);
    }

    private static TaskVector vector() {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[TaskVector.length(TestGenerators.ARCHITECTURE.hidden())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new TaskVector(values);
    }

    /// Losses by the number of adapters that were applied before, and by form of prompt.
    private static final class Bench implements Workbench {
        static final int BASE = -1;

        private final ToDoubleBiFunction<Integer, PromptForm> losses;
        private int turn = -1;
        private Adapter applied;
        private boolean shortOfTime;

        Bench(ToDoubleBiFunction<Integer, PromptForm> losses) {
            this.losses = losses;
        }

        @Override
        public void apply(Adapter adapter) {
            applied = adapter;
            turn++;
        }

        @Override
        public Map<PromptForm, Score> scoreAdapted(Scoring scoring) {
            return score(scoring, turn);
        }

        @Override
        public Map<PromptForm, Score> scoreBase(Scoring scoring) {
            return score(scoring, BASE);
        }

        @Override
        public boolean isShortOfTime() {
            return shortOfTime;
        }

        private Map<PromptForm, Score> score(Scoring scoring, int at) {
            Map<PromptForm, Score> score = new EnumMap<>(PromptForm.class);
            for (PromptForm form : scoring.forms()) {
                double loss = losses.applyAsDouble(at, form);
                score.put(
                        form,
                        new Score(Collections.nCopies(
                                scoring.examples().size(), new Score.OfExample(loss, 1, loss < 0.1))));
            }
            return score;
        }
    }
}
