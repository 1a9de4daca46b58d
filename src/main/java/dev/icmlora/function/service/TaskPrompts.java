package dev.icmlora.function.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.error.Violations;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// The prompts of a task's inputs, which have to fit into the context with their answers.
record TaskPrompts(Task task, List<String> inputs, Wanted wanted, Turn turn) {

    /// @throws dev.icmlora.function.error.RequestException naming each input that is far too long
    TaskPrompts {
        var violations = new Violations();
        for (var i = 0; i < inputs.size(); i++) {
            TextPrompts.requireShort("/inputs/" + i, inputs.get(i), turn.session(), violations);
        }
        violations.raise();
    }

    /// The prompts of a mode, one for each input.
    ///
    /// @throws dev.icmlora.function.error.RequestException naming each that is too long
    List<int[]> of(Mode served) {
        var examples = served.showsExamples() ? task.examples() : List.<Example>of();
        var shared = tokensOfTask(examples);
        var violations = new Violations();
        violations.when(
                shared > room(),
                "/task",
                context(),
                shared,
                "makes prompts of %d tokens and more; with %s this is more than the context of %d"
                        .formatted(shared, answer(), context()));
        violations.raise();
        var prompts = new ArrayList<int[]>();
        for (var i = 0; i < inputs.size(); i++) {
            turn.cancellation().check();
            var prompt = prompt(examples, inputs.get(i));
            violations.when(
                    prompt.length > room(),
                    "/inputs/" + i,
                    context(),
                    prompt.length,
                    "makes a prompt of %d tokens; with %s this is more than the context of %d"
                            .formatted(prompt.length, answer(), context()));
            prompts.add(prompt);
        }
        violations.raise();
        return prompts;
    }

    /// Whether every prompt with examples, and its answer, would fit into the context.
    boolean fitWithExamples() {
        // The examples alone tell most that do not, once for all inputs.
        return tokensOfTask(task.examples()) <= room()
                && inputs.stream().allMatch(input -> {
                    turn.cancellation().check();
                    return prompt(task.examples(), input).length <= room();
                });
    }

    /// The prompts with as many examples as a fingerprint reads, so that they do not grow with the task, or as many of
    /// them as fit beside the input. Empty if not one does, beside some input.
    Optional<List<int[]>> withFewExamples() {
        var examples = turn.engine().fingerprinted(task).examples();
        var prompts = new ArrayList<int[]>();
        for (var input : inputs) {
            var prompt = withAsManyAsFit(examples, input);
            if (prompt.isEmpty()) {
                return Optional.empty();
            }
            prompts.add(prompt.get());
        }
        return Optional.of(List.copyOf(prompts));
    }

    private Optional<int[]> withAsManyAsFit(List<Example> examples, String input) {
        return IntStream.iterate(examples.size(), count -> count > 0, count -> count - 1)
                .peek(_ -> turn.cancellation().check())
                .mapToObj(count -> prompt(examples.subList(0, count), input))
                .filter(prompt -> prompt.length <= room())
                .findFirst();
    }

    private int room() {
        return context() - wanted.mostTokens();
    }

    private int context() {
        return turn.engine().contextTokens();
    }

    private String answer() {
        return wanted instanceof Choosing
                ? "%d tokens of labels".formatted(wanted.mostTokens())
                : "an answer of up to %d".formatted(wanted.mostTokens());
    }

    private int tokensOfTask(List<Example> examples) {
        return turn.engine().format().packed(task.description(), examples).tokens().length;
    }

    private int[] prompt(List<Example> examples, String input) {
        return turn.engine().format().query(task.description(), examples, input).tokens();
    }
}
