package dev.icmlora.trainer.calibration;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.engine.Asked;
import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.selection.Opinion;
import dev.icmlora.engine.selection.ReviewedAnswers;
import dev.icmlora.engine.selection.Selector;
import dev.icmlora.engine.selection.Way;
import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.engine.tune.TuningReport.Outcome;
import dev.icmlora.engine.tune.TuningResult;
import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Answers;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Finish;
import dev.icmlora.engine.worker.LabelBias;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.SamplingOptions;
import dev.icmlora.trainer.curriculum.PromptSampler;

/// Serves a task in every way that mode auto may choose, on inputs that it has not seen.
final class Observer {
    private static final int TESTS = 8;
    private static final int ANSWERS = 10;
    /// So many tokens more than the right answer has show that one does not end where it should.
    private static final int SPARE_TOKENS = 8;

    private final Engine engine;
    private final EngineSession session;

    Observer(Engine engine) {
        this.engine = engine;
        this.session = engine.session(new Cancellation());
    }

    /// @param known examples to draw the task's from
    /// @param unknown examples to test with
    /// @param examples that the task brings
    Observation observe(
            boolean seen,
            String description,
            List<Example> known,
            List<Example> unknown,
            int examples,
            RandomGenerator random) {
        Task task = new Task(description, PromptSampler.distinct(known, examples, Set.of(), random));
        List<Example> tests = unknown.subList(0, Math.min(TESTS, unknown.size()));
        var vector = session.fingerprint(task);
        Adapter generated = session.generate(vector, 1);
        Adapter shared = session.generate(vector, 0);
        Map<Way, Double> right = new EnumMap<>(Way.class);
        right.put(Way.GENERATED, right(generated, Way.GENERATED, task, tests));
        right.put(Way.SHARED, right(shared, Way.SHARED, task, tests));
        if (!task.examples().isEmpty()) {
            right.put(Way.SHARED_EXAMPLES, right(shared, Way.SHARED_EXAMPLES, task, tests));
        }
        Optional<TuningSummary> tuning = Optional.empty();
        if (Selector.isTuned(task)) {
            var tuned = tune(generated, task);
            tuning = Optional.of(tuned.report().summary());
            right.put(
                    Way.TUNED,
                    right(
                            reviewed(tuned.adapter(), shared, task, tests, decoding(tests))
                                    .answers(),
                            tests));
        }
        return new Observation(seen, session.seenDistance(vector), tuning, right);
    }

    /// A tuned task, and what it is asked.
    ///
    /// @param tuning empty where it diverged, since no tuned adapter serves then
    private record Tuned(Task task, List<Example> tests, Adapter adapter, Optional<TuningSummary> tuning) {}

    /// Each answer of a tuned task that came to its end: by its adapter alone, and with second opinions.
    ///
    /// @param known examples to draw the task's from
    /// @param unknown examples to test with
    /// @param examples that the task brings
    List<AnswerObservation> texts(
            String description, List<Example> known, List<Example> unknown, int examples, RandomGenerator random) {
        Tuned tuned = tuned(description, known, unknown, examples, random);
        return observed(tuned, decoding(tuned.tests), AnswerObservation::ofText);
    }

    /// Each answer of a tuned task that is one of some labels: by its adapter alone, and with second opinions.
    ///
    /// @param labels that the answer is one of
    List<AnswerObservation> labels(
            String description,
            List<Example> known,
            List<Example> unknown,
            List<String> labels,
            int examples,
            RandomGenerator random) {
        Tuned tuned = tuned(description, known, unknown, examples, random);
        Choosing choosing = new Choosing(
                Labels.of(labels, engine.format(), engine.contextTokens()), AnswerListener.NONE, "calibration");
        return observed(tuned, choosing, AnswerObservation::ofLabel);
    }

    private Tuned tuned(
            String description, List<Example> known, List<Example> unknown, int examples, RandomGenerator random) {
        Task task = new Task(description, PromptSampler.distinct(known, examples, Set.of(), random));
        var result = tune(session.generate(session.fingerprint(task), 1), task);
        return new Tuned(
                task,
                unknown.subList(0, Math.min(ANSWERS, unknown.size())),
                result.adapter(),
                Optional.of(result.report().summary()).filter(seen -> seen.outcome() != Outcome.DIVERGED));
    }

    /// What is seen of an answer.
    @FunctionalInterface
    private interface Seeing {
        AnswerObservation of(Answer answer, TuningSummary tuning, Opinion opinion, boolean right);
    }

    private List<AnswerObservation> observed(Tuned tuned, Wanted wanted, Seeing seeing) {
        if (tuned.tuning.isEmpty()) {
            return List.of();
        }
        var alone = session.answer(asked(tuned.adapter, tuned.task, false, tuned.tests, wanted), wanted);
        var reviewed = reviewed(tuned.adapter, session.shared(), tuned.task, tuned.tests, wanted);
        return Stream.of(ReviewedAnswers.alone(alone), reviewed)
                .flatMap(answers -> observed(tuned, answers, seeing))
                .toList();
    }

    private static Stream<AnswerObservation> observed(Tuned tuned, ReviewedAnswers reviewed, Seeing seeing) {
        List<Answer> answers = reviewed.answers().answers();
        return IntStream.range(0, answers.size())
                .filter(i -> answers.get(i).finish() == Finish.STOP)
                .mapToObj(i -> seeing.of(
                        answers.get(i),
                        tuned.tuning.orElseThrow(),
                        reviewed.opinions().get(i),
                        isRight(answers.get(i), tuned.tests.get(i))));
    }

    private TuningResult tune(Adapter generated, Task task) {
        var options = TuningOptions.forExamples(task.examples().size());
        return session.tune(generated, task, options, Optional.empty(), _ -> {});
    }

    private double right(Adapter adapter, Way way, Task task, List<Example> tests) {
        List<Example> shown = way.showsExamples() ? task.examples() : List.of();
        return right(session.answer(scaled(adapter), prompts(task, shown, tests), decoding(tests)), tests);
    }

    private static double right(Answers answers, List<Example> tests) {
        long right = IntStream.range(0, tests.size())
                .filter(i -> isRight(answers.answers().get(i), tests.get(i)))
                .count();
        return (double) right / tests.size();
    }

    private static boolean isRight(Answer answer, Example test) {
        return answer.text().strip().equals(test.output().strip());
    }

    /// As mode auto answers by a tuned adapter.
    private ReviewedAnswers reviewed(Adapter tuned, Adapter shared, Task task, List<Example> tests, Wanted wanted) {
        return session.answer(
                asked(tuned, task, false, tests, wanted),
                () -> Optional.of(asked(shared, task, true, tests, wanted)),
                wanted);
    }

    private Asked asked(Adapter adapter, Task task, boolean shown, List<Example> tests, Wanted wanted) {
        var scaled = scaled(adapter);
        var bias = wanted instanceof Choosing choosing ? session.bias(scaled, task, shown, choosing) : LabelBias.NONE;
        return new Asked(scaled, prompts(task, shown ? task.examples() : List.of(), tests), bias);
    }

    private static Optional<ScaledAdapter> scaled(Adapter adapter) {
        return Optional.of(new ScaledAdapter(adapter, 1));
    }

    private Decoding decoding(List<Example> tests) {
        int longest = tests.stream()
                .mapToInt(test -> engine.format().answer(test.output()).length)
                .max()
                .orElseThrow();
        return new Decoding(
                SamplingOptions.GREEDY,
                longest + SPARE_TOKENS,
                engine.stops(List.of()),
                OptionalInt.of(0),
                false,
                AnswerListener.NONE);
    }

    private List<int[]> prompts(Task task, List<Example> shown, List<Example> tests) {
        return tests.stream()
                .map(test -> engine.format()
                        .query(task.description(), shown, test.input())
                        .tokens())
                .toList();
    }
}
