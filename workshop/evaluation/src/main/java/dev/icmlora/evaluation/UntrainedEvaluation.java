package dev.icmlora.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.evaluation.FunctionClient.Reply;
import dev.icmlora.evaluation.FunctionClient.Request;
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
    private static final String CONTROL = Condition.SHOTS_5.toString();
    private static final String TUNED = Condition.TUNED.toString();

    /// The result of one way for one task.
    ///
    /// @param exact percent of the inputs answered exactly
    /// @param tokens that were read for an answer; what inputs share counts once
    /// @param milliseconds of the request, as the function counts
    record Outcome(double exact, double tokens, double milliseconds) {}

    /// @param ways by name
    record Row(String task, String family, int inputs, SequencedMap<String, Outcome> ways) {

        private double exact(String way) {
            return ways.get(way).exact;
        }

        private double overControl(String way) {
            return exact(way) - exact(CONTROL);
        }
    }

    /// Measures, and writes `untrained.md`, which is the table, and `untrained.jsonl`, with a line for each task.
    ///
    /// @return the table
    /// @throws IOException if the function does not answer, or refuses
    /// @throws IllegalArgumentException if it has a generator
    public String write(Path folder) throws IOException {
        List<Row> rows = measure();
        String markdown = markdown(rows);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("untrained.md"), markdown);
        EvaluationReport.writeLines(folder.resolve("untrained.jsonl"), rows);
        return markdown;
    }

    List<Row> measure() throws IOException {
        return function.ask("tasks", tasks(), SuiteTask::id, this::requests, Instant.MAX, this::row);
    }

    private Map<String, Request> requests(SuiteTask task) {
        Question question = question(task);
        Map<String, Request> requests = new LinkedHashMap<>();
        ways().forEach((name, way) -> requests.put(
                name, Request.of(question.task(way.examples()), question.inputs(), way, question.maxBytes(), false)));
        return requests;
    }

    private Row row(SuiteTask task, Map<String, Reply> replies) {
        Question question = question(task);
        SequencedMap<String, Outcome> outcomes = new LinkedHashMap<>();
        replies.forEach((way, reply) -> outcomes.put(way, outcome(question, reply)));
        return new Row(task.id(), task.family(), question.tests().size(), outcomes);
    }

    private Question question(SuiteTask task) {
        return Question.of(task, Condition.FEW_EXAMPLES, measurement.inputs(), measurement.seed());
    }

    /// The requests to the function, by the name of the way.
    private SequencedMap<String, Condition.Request> ways() {
        SequencedMap<String, Condition.Request> ways = new LinkedHashMap<>();
        CONDITIONS.forEach(condition -> ways.put(condition.toString(), (Condition.Request) condition.source()));
        steps.forEach(number -> ways.put(
                TUNED + " at " + number,
                new Condition.Request("tuned", Condition.EXAMPLES, OptionalDouble.empty(), OptionalInt.of(number), 0)));
        return ways;
    }

    private static Outcome outcome(Question question, Reply reply) {
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
        TaskSuite suite = TaskSuite.get();
        Set<String> trained =
                suite.tasks(Split.TRAIN).stream().map(SuiteTask::id).collect(Collectors.toSet());
        return split == Split.HELD_OUT
                ? Evaluation.subjects(suite, trained, 0, measurement.tasks(), measurement.seed()).stream()
                        .map(Evaluation.Subject::task)
                        .toList()
                : suite.tasks(split).stream().limit(measurement.tasks()).toList();
    }

    private String markdown(List<Row> rows) {
        Row worst = rows.stream()
                .min(Comparator.comparingDouble(row -> row.overControl(TUNED)))
                .orElseThrow();
        Stream<Figure> ways = rows.getFirst().ways.sequencedKeySet().stream()
                .map(way -> Figure.of("`" + way + "`", figure(rows, way)));
        Figure single = Figure.of(
                "worst single task: `%s` − `%s`".formatted(TUNED, CONTROL),
                Figure.format("%+.1f points (%s)", worst.overControl(TUNED), worst.task));
        return Figure.format(
                "%d tasks (%s), up to %d inputs each. Exact match in percent, mean over tasks, with a 95 %% interval by"
                        + " paired bootstrap over tasks.\n\n%s",
                rows.size(),
                split.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                rows.stream().mapToInt(Row::inputs).max().orElseThrow(),
                Figure.table(Stream.concat(ways, Stream.of(single)).toList()));
    }

    private static String figure(List<Row> rows, String way) {
        PairedBootstrap exact = bootstrap(rows, row -> row.exact(way));
        PairedBootstrap difference = bootstrap(rows, row -> row.overControl(way));
        return Figure.interval("%.1f [%.1f, %.1f]", exact)
                + (way.equals(CONTROL) ? "" : Figure.interval(", − `" + CONTROL + "` %+.1f [%+.1f, %+.1f]", difference))
                + Figure.format(
                        ", %.0f tokens read for an answer, %.1f s",
                        mean(rows, row -> row.ways.get(way).tokens),
                        mean(rows, row -> row.ways.get(way).milliseconds) / 1000);
    }

    private static PairedBootstrap bootstrap(List<Row> rows, ToDoubleFunction<Row> figure) {
        return PairedBootstrap.of(rows.stream().mapToDouble(figure).toArray());
    }

    private static double mean(List<Row> rows, ToDoubleFunction<Row> figure) {
        return rows.stream().mapToDouble(figure).average().orElseThrow();
    }
}
