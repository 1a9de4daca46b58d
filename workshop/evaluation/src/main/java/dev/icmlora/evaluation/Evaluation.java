package dev.icmlora.evaluation;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.evaluation.FunctionClient.Reply;
import dev.icmlora.evaluation.FunctionClient.Request;
import dev.icmlora.evaluation.Reliability.Judged;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TaskResult.Score;
import dev.icmlora.evaluation.TaskResult.Served;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

/// Chooses the tasks and inputs that are measured, and scores a task.
///
/// All conditions of a task get the same description, the same examples (from its training examples) and the same test
/// inputs, drawn with a seed. An answer counts when it equals the expected text but for white space around it.
final class Evaluation {
    private final FunctionClient function;
    private final ControlBench bench;
    private final Optional<Controls> controls;
    private final int inputs;
    private final long seed;

    /// @param controls empty where none is wanted
    /// @param inputs test inputs of a task
    Evaluation(FunctionClient function, ControlBench bench, Optional<Controls> controls, int inputs, long seed) {
        this.function = function;
        this.bench = bench;
        this.controls = controls;
        this.inputs = inputs;
        this.seed = seed;
    }

    record Subject(SuiteTask task, Group group) {}

    /// The tasks that the generator was trained on and the held-out ones. A task that is neither (validation, or
    /// training tasks that this generator did not use) proves nothing and is left out, and so is one that has
    /// no test left.
    ///
    /// @param catalogue ids of the tasks that the generator was trained on
    /// @param mostSeen of them, drawn with the seed; they stay in suite order
    /// @param mostHeldOut likewise
    static List<Subject> subjects(TaskSuite suite, Set<String> catalogue, int mostSeen, int mostHeldOut, long seed) {
        List<Subject> seen = new ArrayList<>();
        List<Subject> heldOut = new ArrayList<>();
        for (SuiteTask task : suite.tasks()) {
            if (catalogue.contains(task.id())) {
                seen.add(new Subject(task, Group.SEEN));
            } else if (suite.splitOf(task) == Split.HELD_OUT) {
                heldOut.add(new Subject(task, Group.HELD_OUT));
            }
        }
        Set<Example> known =
                seen.stream().flatMap(subject -> subject.task.pairs().stream()).collect(Collectors.toSet());
        heldOut.replaceAll(subject -> new Subject(without(known, subject.task), Group.HELD_OUT));
        heldOut.removeIf(subject -> subject.task.test().isEmpty());
        List<Subject> subjects = draw(seen, mostSeen, new SplittableRandom(seed));
        subjects.addAll(draw(heldOut, mostHeldOut, new SplittableRandom(seed)));
        return subjects;
    }

    /// The task without test examples that a training task has too: the split lets a tenth of their pairs be shared.
    private static SuiteTask without(Set<Example> known, SuiteTask task) {
        List<Example> tests = task.test().stream()
                .filter(test -> !known.contains(SuiteTask.pair(test)))
                .toList();
        return new SuiteTask(task.id(), task.family(), task.descriptions(), task.train(), tests);
    }

    /// The scores of some tasks in the requests of a round, as far as a task's group is asked for them, and in
    /// the first round under all controls.
    ///
    /// @param until no further task is asked, and has no scores, after that
    List<TaskResult> measure(List<Subject> subjects, int round, Instant until) throws IOException {
        return function.ask(
                "round " + (round + 1),
                subjects,
                subject -> subject.task.id(),
                subject -> requests(subject, round),
                until,
                (subject, replies) -> result(subject, round, replies));
    }

    private Question question(Subject subject) {
        return Question.of(subject.task, Condition.FEW_EXAMPLES, inputs, seed);
    }

    private Map<Condition, Request> requests(Subject subject, int round) {
        Question question = question(subject);
        Map<Condition, Request> requests = new EnumMap<>(Condition.class);
        for (Condition condition : Condition.values()) {
            if (condition.source() instanceof Condition.Request way
                    && way.round() == round
                    && way.asks(subject.group)) {
                Task task = question.task(way.examples());
                int maxTokens = question.maxTokens(bench.format());
                requests.put(
                        condition, Request.of(task, question.inputs(), way, maxTokens, condition.asksConfidence()));
            }
        }
        return requests;
    }

    private TaskResult result(Subject subject, int round, Map<Condition, Reply> replies) {
        SuiteTask task = subject.task;
        Question question = question(subject);
        Map<Condition, Score> scores = new EnumMap<>(Condition.class);
        replies.forEach((condition, reply) ->
                scores.put(condition, score(question, (Condition.Request) condition.source(), reply)));
        if (round == 0) {
            controls.ifPresent(adapters -> scores.putAll(controlled(subject, question, adapters)));
        }
        return new TaskResult(
                task.id(), task.family(), subject.group, question.tests().size(), scores);
    }

    private Map<Condition, Score> controlled(Subject subject, Question question, Controls adapters) {
        KnownTask stated = KnownTask.of(subject, question.task(Condition.EXAMPLES), bench);
        SplittableRandom random = Question.random(subject.task(), seed + 1);
        Map<Condition, Score> scores = new EnumMap<>(Condition.class);
        for (Condition condition : Condition.values()) {
            if (condition.source() instanceof Condition.Control control) {
                adapters.adapter(control, stated, random)
                        .map(adapter -> right(question, answer(question, adapter)))
                        .ifPresent(right ->
                                scores.put(condition, new Score(right, promptTokens(question, 0), null, List.of())));
            }
        }
        return scores;
    }

    private List<String> answer(Question question, Adapter adapter) {
        List<int[]> prompts = question.prompts(bench.format(), 0);
        return bench.answer(Optional.of(adapter), prompts, question.maxTokens(bench.format()));
    }

    private Score score(Question question, Condition.Request request, Reply reply) {
        Served served = new Served(reply.selection(), reply.timingMs());
        double promptTokens =
                promptTokens(question, request.shown(reply.selection().served()))
                        + reviewedTokens(question, request, reply);
        return new Score(right(question, reply.outputs()), promptTokens, served, judged(question, reply));
    }

    /// Prompt tokens that second opinions read, for each answer.
    private double reviewedTokens(Question question, Condition.Request request, Reply reply) {
        if (reply.details() == null) {
            return 0;
        }
        List<int[]> shown = question.prompts(bench.format(), AutoMode.shownAgain(request.examples()));
        return IntStream.range(0, shown.size())
                        .filter(i -> reply.details().get(i).secondOpinion() != null)
                        .map(i -> shown.get(i).length)
                        .sum()
                / (double) shown.size();
    }

    /// Mean over the prompts.
    ///
    /// @param shown examples in them
    private double promptTokens(Question question, int shown) {
        return question.prompts(bench.format(), shown).stream()
                .mapToInt(prompt -> prompt.length)
                .average()
                .orElseThrow();
    }

    private static double right(Question question, List<String> answers) {
        return (double) question.right(answers) / question.tests().size();
    }

    /// None where the function does not say how sure it is.
    static List<Judged> judged(Question question, Reply reply) {
        if (reply.details() == null) {
            return List.of();
        }
        List<Judged> judged = new ArrayList<>();
        for (int i = 0; i < reply.details().size(); i++) {
            Reply.Detail detail = reply.details().get(i);
            if (detail.confidence() != null) {
                boolean right = question.isRight(i, reply.outputs().get(i));
                judged.add(new Judged(detail.confidence(), Boolean.TRUE.equals(detail.calibrated()), right));
            }
        }
        return judged;
    }

    static <T> List<T> draw(List<T> all, int most, SplittableRandom random) {
        List<T> drawn = new ArrayList<>();
        order(all.size(), random).stream().limit(most).sorted().forEach(i -> drawn.add(all.get(i)));
        return drawn;
    }

    /// The numbers from 0, in an order that is drawn.
    static List<Integer> order(int count, SplittableRandom random) {
        List<Integer> order = IntStream.range(0, count).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(order, random);
        return order;
    }
}
