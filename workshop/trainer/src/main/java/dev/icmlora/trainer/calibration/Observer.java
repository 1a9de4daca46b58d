package dev.icmlora.trainer.calibration;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.engine.auto.AutoMode.Plan;
import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.engine.auto.ReviewedAnswer;
import dev.icmlora.engine.auto.TaskAdapters.TaskAdapter;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.Sampler.SamplingOptions;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.TrainingTask;

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
        this.session = new EngineSession(engine, new Cancellation());
    }

    /// @param from whose examples are drawn, and whose held-back ones are asked
    /// @param examples that the task brings
    Observation observe(boolean seen, String description, TrainingTask from, int examples, RandomGenerator random) {
        Task task = stated(description, from, examples, random);
        List<Example> tests = tests(from, TESTS);
        AutoMode auto = new AutoMode(session, task);
        Map<Way, Double> right = new EnumMap<>(Way.class);
        Optional<Tuning.Summary> tuning = Optional.empty();
        for (Way way : ways(task)) {
            Plan plan = auto.by(way);
            tuning = tuning.or(() -> plan.adapter().flatMap(TaskAdapter::tuning));
            right.put(way, right(answers(auto, plan, task, tests, decoding(tests)), tests));
        }
        OptionalDouble distance = auto.seenDistance();
        return new Observation(seen, distance.isEmpty() ? null : distance.getAsDouble(), tuning.orElse(null), right);
    }

    private static List<Way> ways(Task task) {
        List<Way> ways = new ArrayList<>(List.of(Way.GENERATED, Way.SHARED));
        if (!task.examples().isEmpty()) {
            ways.add(Way.SHARED_EXAMPLES);
        }
        if (AutoMode.tunes(task)) {
            ways.add(Way.TUNED);
        }
        return ways;
    }

    private static Task stated(String description, TrainingTask from, int examples, RandomGenerator random) {
        return new Task(description, PromptSampler.distinct(from.examples(), examples, Set.of(), random));
    }

    private static List<Example> tests(TrainingTask from, int most) {
        return from.heldBack().subList(0, Math.min(most, from.heldBack().size()));
    }

    /// Each answer of a tuned task that came to its end: by its adapter alone, and with second opinions.
    ///
    /// @param from whose examples are drawn, and whose held-back ones are asked
    /// @param labels of which each answer is one; empty for any text
    /// @param examples that the task brings
    List<AnswerObservation> answers(
            String description,
            TrainingTask from,
            Optional<List<String>> labels,
            int examples,
            RandomGenerator random) {
        Task task = stated(description, from, examples, random);
        List<Example> tests = tests(from, ANSWERS);
        Wanted wanted = labels.isEmpty()
                ? decoding(tests)
                : new Choosing(
                        Labels.of(labels.get(), engine.format(), engine.contextTokens()),
                        AnswerListener.NONE,
                        "calibration");
        return observed(task, tests, wanted);
    }

    private List<AnswerObservation> observed(Task task, List<Example> tests, Wanted wanted) {
        AutoMode auto = new AutoMode(session, task);
        Plan reviewed = auto.by(Way.TUNED);
        Tuning.Summary tuning = reviewed.adapter().flatMap(TaskAdapter::tuning).orElseThrow();
        if (tuning.outcome() == Outcome.DIVERGED) {
            // No tuned adapter serves then.
            return List.of();
        }
        Plan alone = new Plan(reviewed.adapter(), List.of(), false);
        return Stream.of(alone, reviewed)
                .map(plan -> answers(auto, plan, task, tests, wanted))
                .flatMap(answers -> observed(answers, tests, tuning))
                .toList();
    }

    private static Stream<AnswerObservation> observed(
            List<ReviewedAnswer> answers, List<Example> tests, Tuning.Summary tuning) {
        return IntStream.range(0, answers.size())
                .filter(i -> answers.get(i).answer().finish() == Finish.STOP)
                .mapToObj(i -> AnswerObservation.of(answers.get(i), tuning, isRight(answers.get(i), tests.get(i))));
    }

    private List<ReviewedAnswer> answers(AutoMode auto, Plan plan, Task task, List<Example> tests, Wanted wanted) {
        return auto.answer(
                plan,
                1,
                prompts(task, plan.examples(), tests),
                (_, places) -> Optional.of(prompts(
                        task, task.examples(), places.stream().map(tests::get).toList())),
                wanted);
    }

    private static double right(List<ReviewedAnswer> answers, List<Example> tests) {
        long right = IntStream.range(0, tests.size())
                .filter(i -> isRight(answers.get(i), tests.get(i)))
                .count();
        return (double) right / tests.size();
    }

    private static boolean isRight(ReviewedAnswer answer, Example test) {
        return answer.answer().text().strip().equals(test.output().strip());
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
