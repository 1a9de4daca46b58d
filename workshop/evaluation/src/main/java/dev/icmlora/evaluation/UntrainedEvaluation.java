package dev.icmlora.evaluation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import me.tongfei.progressbar.ProgressBar;

import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

/// Measures a running function that has no generator: tuning that begins with nothing, beside examples in the prompt.
///
/// The held-out tasks, their examples and their inputs are those of [SuiteEvaluation] with the default generator, so
/// that base models can be compared.
///
/// @param function borrowed
/// @param split of the suite that is measured
/// @param steps numbers of tuning steps on five examples that are tried beside the function's own
public record UntrainedEvaluation(FunctionClient function, Measurement measurement, Split split, List<Integer> steps) {

    private static final List<Condition> CONDITIONS = List.of(
            Condition.PLAIN,
            Condition.SHOT_1,
            Condition.SHOTS_3,
            Condition.SHOTS_5,
            Condition.SHOTS_8,
            Condition.TUNED,
            Condition.AUTO);

    /// @param name in the report
    /// @param meaning of it
    /// @param request how the function is asked
    record Way(String name, String meaning, Condition.Request request) {

        private static Way of(Condition condition) {
            return switch (condition) {
                case TUNED -> of(condition, "tuned on 5 examples");
                case AUTO ->
                    of(
                            condition,
                            "tunes, and asks the base model with the examples in the prompt for a second"
                                    + " opinion on what is not sure");
                default -> of(condition, condition.meaning());
            };
        }

        private static Way of(Condition condition, String meaning) {
            return new Way(condition.toString(), meaning, (Condition.Request) condition.source());
        }

        private static Way at(int steps) {
            return new Way(
                    Condition.TUNED + " at " + steps,
                    "tuned on 5 examples, %d steps".formatted(steps),
                    new Condition.Request(
                            "tuned", Condition.EXAMPLES, OptionalDouble.empty(), OptionalInt.of(steps), 0));
        }
    }

    /// What one way gave for one task.
    ///
    /// @param exact percent of the inputs answered exactly
    /// @param tokens that were read for an answer; what inputs share counts once
    /// @param milliseconds of the request, as the function counts
    record Outcome(double exact, double tokens, double milliseconds) {}

    /// @param ways by name
    record Row(String task, String family, int inputs, SequencedMap<String, Outcome> ways) {}

    /// @throws IOException if the function does not answer, or refuses
    /// @throws IllegalArgumentException if it has a generator
    public UntrainedReport measure() throws IOException, InterruptedException {
        List<Way> ways = Stream.concat(
                        CONDITIONS.stream().map(Way::of), steps.stream().map(Way::at))
                .toList();
        List<Row> rows = new ArrayList<>();
        for (SuiteTask task : ProgressBar.wrap(tasks(), "tasks")) {
            Question question = Question.of(task, Condition.FEW_EXAMPLES, measurement.inputs(), measurement.seed());
            SequencedMap<String, Outcome> outcomes = new LinkedHashMap<>();
            for (Way way : ways) {
                outcomes.put(way.name, ask(question, way));
            }
            rows.add(new Row(task.id(), task.family(), question.tests().size(), outcomes));
        }
        return new UntrainedReport(split, ways, rows);
    }

    private Outcome ask(Question question, Way way) throws IOException, InterruptedException {
        FunctionClient.Reply reply = function.ask(
                question.task(way.request.examples()), question.inputs(), way.request, question.maxBytes(), false);
        if (reply.selection().confidence() != null) {
            throw new IllegalArgumentException("the function has a generator, and is to be measured without one: start"
                    + " it with ICM_LORA_GENERATOR=none, or with a base model that none was trained for");
        }
        int inputs = question.tests().size();
        return new Outcome(
                100.0 * question.right(reply.outputs()) / inputs,
                (double) reply.usage().promptTokens() / inputs,
                reply.timingMs().values().stream().mapToDouble(ms -> ms).sum());
    }

    private List<SuiteTask> tasks() {
        TaskSuite suite = TaskSuite.create(measurement.suiteSeed());
        Set<String> trained =
                suite.tasks(Split.TRAIN).stream().map(SuiteTask::id).collect(Collectors.toSet());
        return split == Split.HELD_OUT
                ? Evaluation.subjects(suite, trained, 0, measurement.tasks(), measurement.seed()).stream()
                        .map(Evaluation.Subject::task)
                        .toList()
                : suite.tasks(split).stream().limit(measurement.tasks()).toList();
    }
}
