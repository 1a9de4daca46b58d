package dev.icmlora.evaluation;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.tasks.suite.SuiteTask;

/// Serves a task in every way, on the same inputs.
final class SelectionComparison {
    private final FunctionClient function;
    private final PromptFormat format;
    private final Set<String> heldOutFamilies;
    private final Settings settings;

    /// @param inputs test inputs of a task
    /// @param examples that a request brings
    record Settings(int inputs, int examples, long seed) {}

    /// @param format to count tokens with
    SelectionComparison(FunctionClient function, PromptFormat format, Set<String> heldOutFamilies, Settings settings) {
        this.function = function;
        this.format = format;
        this.heldOutFamilies = heldOutFamilies;
        this.settings = settings;
    }

    SelectionResult measure(Evaluation.Subject subject) throws IOException, InterruptedException {
        SuiteTask suiteTask = subject.task();
        Question question = Question.of(suiteTask, settings.examples, settings.inputs, settings.seed);
        Map<Way, SelectionResult.Outcome> outcomes = new EnumMap<>(Way.class);
        for (Way way : Way.values()) {
            outcomes.put(way, serve(way, question));
        }
        return new SelectionResult(
                suiteTask.id(),
                suiteTask.family(),
                subject.group(),
                heldOutFamilies.contains(suiteTask.family()),
                question.tests().size(),
                outcomes);
    }

    private SelectionResult.Outcome serve(Way way, Question question) throws IOException, InterruptedException {
        FunctionClient.Reply reply = function.ask(new FunctionClient.Request(
                question.task(settings.examples),
                question.inputs(),
                way.mode(),
                question.maxTokens(format),
                way.strength(),
                null));
        FunctionClient.Reply.Selection selection = reply.selection();
        boolean shown = way.chooses() ? selection.served().endsWith("examples") : way.showsExamples();
        return new SelectionResult.Outcome(
                (double) question.right(reply.outputs()) / question.tests().size(),
                promptTokens(question, shown ? settings.examples : 0),
                selection.served(),
                selection.kind(),
                selection.confidence(),
                selection.evidenceTokens(),
                selection.candidates(),
                reply.milliseconds(),
                reply.timingMs());
    }

    /// Mean length of the prompts. What the function reads is less, since inputs of a request share their beginning.
    private double promptTokens(Question question, int shown) {
        return question.prompts(format, shown).stream()
                .mapToInt(prompt -> prompt.length)
                .average()
                .orElseThrow();
    }
}
