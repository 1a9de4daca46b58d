package dev.icmlora.evaluation;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import com.google.gson.Gson;

import dev.icmlora.engine.worker.Words;
import dev.icmlora.evaluation.FunctionClient.Request;
import dev.icmlora.evaluation.LogisticRegression.Guess;
import dev.icmlora.evaluation.Reliability.Judged;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.tasks.suite.SuiteTask;

/// Measures a running function on tasks of the user's own, beside classifiers that learn from the same examples.
///
/// @param function borrowed
public record FolderEvaluation(FunctionClient function, Plan plan) implements Serializable {
    private static final int LEAST_OF_A_LABEL = 3;
    private static final int MOST_LABELS = 256;

    /// What is measured.
    ///
    /// @param modes of the function; with none, only the classifiers are measured
    /// @param examples numbers of examples of a label, or of a task without labels, to measure at
    /// @param inputs most test inputs of a task
    /// @param seeds how often examples and inputs are drawn
    /// @param seed of the first draw; the next ones follow it
    /// @param classifiers whether they are measured too
    /// @param spans whether tasks whose answers all stand in their inputs are asked for pieces of these
    public record Plan(
            List<String> modes,
            List<Integer> examples,
            int inputs,
            int seeds,
            long seed,
            boolean classifiers,
            boolean spans)
            implements Serializable {
        public static final Plan DEFAULT =
                new Plan(List.of("plain", "examples", "tuned", "auto"), List.of(2, 4, 8, 16), 60, 1, 1, true, true);

        public Plan {
            examples.forEach(number -> requireAtLeastOne("--examples", number));
            requireAtLeastOne("--inputs", inputs);
            requireAtLeastOne("--seeds", seeds);
        }

        private static void requireAtLeastOne(String option, int number) {
            if (number < 1) {
                throw new IllegalArgumentException(option + " is " + number + ", but must be at least 1");
            }
        }
    }

    /// The answers of one way to one task.
    ///
    /// @param labels of the task; 0 where it has none
    /// @param isSpan whether each answer is a piece of its input
    /// @param examples of a label, or of a task without labels, that were asked for
    /// @param learned examples in all
    /// @param seconds from the question until the answers to all inputs; learning counts
    /// @param answers to each input; none where the function refused
    /// @param refused what the function said; null where it answered
    record Row(
            String task,
            int labels,
            boolean isSpan,
            int examples,
            int learned,
            long seed,
            String way,
            double seconds,
            List<Judged> answers,
            String refused)
            implements Serializable {

        /// Percent of right answers.
        double percent() {
            return 100 * new Reliability(answers).right();
        }
    }

    /// Measures, and writes `folder.jsonl`, with a line for each task, number of examples, seed and way, as soon as it
    /// is known; `folder.md`, which are the tables; and `folder.html`, plots of the same.
    ///
    /// @return the tables
    /// @throws IOException that names a task, if the function cannot be asked
    public String write(List<SuiteTask> tasks, Path folder) throws IOException {
        Files.createDirectories(folder);
        FolderResults results;
        try (BufferedWriter lines = Files.newBufferedWriter(folder.resolve("folder.jsonl"))) {
            results = measure(tasks, lines);
        }
        String markdown = results.markdown();
        Files.writeString(folder.resolve("folder.md"), markdown);
        Files.writeString(folder.resolve("folder.html"), PlotPage.of(results));
        return markdown;
    }

    private record Subject(SuiteTask task, List<String> labels, boolean isSpan, int examples, long seed)
            implements Serializable {

        String name() {
            return "%s with %d examples, seed %d".formatted(task.id(), examples, seed);
        }

        Question question(int inputs) {
            return Question.balanced(task, !labels.isEmpty(), examples, inputs, seed);
        }
    }

    private FolderResults measure(List<SuiteTask> tasks, BufferedWriter lines) throws IOException {
        List<Subject> subjects = LongStream.range(plan.seed, plan.seed + plan.seeds)
                .boxed()
                .flatMap(seed -> plan.examples.stream()
                        .flatMap(examples -> tasks.stream().map(task -> subject(task, examples, seed))))
                .toList();
        List<Row> rows = new ArrayList<>();
        function.runner().run("tasks", subjects, Subject::name, this::measure, measured -> {
            rows.addAll(measured);
            write(measured, lines);
        });
        return new FolderResults(plan, rows);
    }

    private static void write(List<Row> rows, BufferedWriter lines) {
        Gson json = new Gson();
        try {
            for (Row row : rows) {
                lines.write(json.toJson(row));
                lines.newLine();
            }
            lines.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write folder.jsonl", e);
        }
    }

    private Subject subject(SuiteTask task, int examples, long seed) {
        List<String> labels = labels(task);
        return new Subject(task, labels, plan.spans && labels.isEmpty() && isSpan(task), examples, seed);
    }

    private List<Row> measure(Subject subject) {
        Question question = subject.question(plan.inputs);
        List<Row> rows = new ArrayList<>();
        for (String mode : plan.modes) {
            rows.add(ask(subject, question, mode));
        }
        if (plan.classifiers && !subject.labels.isEmpty()) {
            for (Classifier classifier : Classifier.values()) {
                long began = System.nanoTime();
                List<Guess> guesses = classifier.classify(question);
                List<Judged> judged = IntStream.range(0, guesses.size())
                        .mapToObj(i -> new Judged(
                                guesses.get(i).probability(),
                                false,
                                question.isRight(i, guesses.get(i).label())))
                        .toList();
                rows.add(row(subject, question, classifier.toString(), began, judged, null));
            }
        }
        return rows;
    }

    /// The examples come in an order of the mode's own: the function keeps what it tuned for a task, and no mode is to
    /// find what it tuned for another.
    private Row ask(Subject subject, Question drawn, String mode) {
        Question question = drawn.shuffled(subject.seed ^ mode.hashCode());
        Condition.Request way =
                Condition.Request.later(0, mode, question.examples().size());
        long began = System.nanoTime();
        try {
            FunctionClient.Reply reply = function.ask(request(subject, question, way));
            return row(subject, question, mode, began, Evaluation.judged(question, reply), null);
        } catch (IOException e) {
            return row(subject, question, mode, began, List.of(), e.getMessage());
        }
    }

    private static Request request(Subject subject, Question question, Condition.Request way) {
        Task task = question.task(way.examples());
        if (subject.isSpan) {
            return Request.extracting(task, question.inputs(), way);
        }
        return subject.labels.isEmpty()
                ? Request.of(task, question.inputs(), way, question.maxBytes(), true)
                : Request.choosing(task, question.inputs(), way, subject.labels);
    }

    private static Row row(
            Subject subject, Question question, String way, long began, List<Judged> answers, String refused) {
        return new Row(
                subject.task.id(),
                subject.labels.size(),
                subject.isSpan,
                subject.examples,
                question.examples().size(),
                subject.seed,
                way,
                (System.nanoTime() - began) / 1e9,
                answers,
                refused);
    }

    /// Whether every answer stands in its input, from word to word.
    static boolean isSpan(SuiteTask task) {
        return Stream.concat(task.train().stream(), task.test().stream())
                .allMatch(example ->
                        Words.of(example.input()).find(example.output()).isPresent());
    }

    /// What a request for a task names, in alphabetical order: all outputs of the examples, if they are all that is
    /// ever answered, and there are at least three examples of each on average. None where the answer is any text.
    static List<String> labels(SuiteTask task) {
        List<String> labels =
                task.train().stream().map(Example::output).distinct().sorted().toList();
        boolean closed =
                labels.containsAll(task.test().stream().map(Example::output).toList());
        boolean few = labels.size() <= MOST_LABELS
                && LEAST_OF_A_LABEL * labels.size() <= task.train().size();
        return closed && few ? labels : List.of();
    }
}
