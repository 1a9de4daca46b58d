package dev.icmlora.trainer.eval;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.suite.SuiteTask;

/// Serves a task in every way, on the same inputs.
final class SelectionComparison {
    private static final int LEAST_TOKENS = 8;
    private static final int MOST_TOKENS = 48;

    private final FunctionClient function;
    private final PromptFormat format;
    private final Set<String> heldOutFamilies;
    private final Settings settings;

    /// @param inputs test inputs of a task
    /// @param examples that a request brings
    /// @param refineMs time of a refinement; 0 to leave it out
    record Settings(int inputs, int examples, int refineMs, long seed) {}

    /// @param format to count tokens with
    SelectionComparison(FunctionClient function, PromptFormat format, Set<String> heldOutFamilies, Settings settings) {
        this.function = function;
        this.format = format;
        this.heldOutFamilies = heldOutFamilies;
        this.settings = settings;
    }

    SelectionResult measure(Evaluation.Subject subject) throws IOException, InterruptedException {
        SuiteTask suiteTask = subject.task();
        SplittableRandom random = new SplittableRandom(
                settings.seed ^ 0x9E3779B97F4A7C15L * suiteTask.id().hashCode());
        String description = suiteTask
                .descriptions()
                .get(random.nextInt(suiteTask.descriptions().size()));
        Task task = new Task(description, Evaluation.draw(suiteTask.train(), settings.examples, random));
        List<Example> tests = Evaluation.draw(suiteTask.test(), settings.inputs, random);
        Map<Way, SelectionResult.Outcome> outcomes = new EnumMap<>(Way.class);
        for (Way way : Way.values()) {
            if (way != Way.REFINED || settings.refineMs > 0) {
                outcomes.put(way, serve(way, task, tests));
            }
        }
        return new SelectionResult(
                suiteTask.id(),
                suiteTask.family(),
                subject.group(),
                heldOutFamilies.contains(suiteTask.family()),
                tests.size(),
                outcomes);
    }

    private SelectionResult.Outcome serve(Way way, Task task, List<Example> tests)
            throws IOException, InterruptedException {
        int longest =
                tests.stream().mapToInt(test -> test.output().length()).max().orElseThrow();
        FunctionClient.Reply reply = function.ask(new FunctionClient.Request(
                task,
                tests.stream().map(Example::input).toList(),
                way.mode(),
                Math.clamp(longest, LEAST_TOKENS, MOST_TOKENS),
                way.strength(),
                null,
                way == Way.REFINED ? new FunctionClient.Request.Refine(settings.refineMs) : null));
        int right = 0;
        for (int i = 0; i < tests.size(); i++) {
            if (reply.outputs().get(i).strip().equals(tests.get(i).output().strip())) {
                right++;
            }
        }
        FunctionClient.Reply.Selection selection = reply.selection();
        boolean shown = way.chooses() ? selection.served().endsWith("examples") : way.showsExamples();
        return new SelectionResult.Outcome(
                (double) right / tests.size(),
                promptTokens(task, shown ? task.examples() : List.of(), tests),
                selection.served(),
                selection.kind(),
                selection.confidence(),
                selection.evidenceTokens(),
                selection.candidates(),
                reply.milliseconds(),
                reply.timingMs());
    }

    /// Mean length of the prompts. What the function reads is less, since inputs of a request share their beginning.
    private double promptTokens(Task task, List<Example> shown, List<Example> tests) {
        return tests.stream()
                .mapToInt(test ->
                        format.query(task.description(), shown, test.input()).tokens().length)
                .average()
                .orElseThrow();
    }
}
