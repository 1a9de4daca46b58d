package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

/// The prompts that mode `auto` reads for an input, beside those of examples in the prompt, and how many of the answers
/// are right. A task is known already: each input is asked by itself, as it comes.
///
/// A sample of what `make eval` measures: some held-out tasks, the same in each run.
final class PromptTokens implements Part {

    private static final int TASKS = 12;
    private static final int EXAMPLES = 5;
    private static final int INPUTS = 8;
    private static final int SPARE_BYTES = 8;

    private enum Mode {
        EXAMPLES,
        AUTO
    }

    /// What answering some inputs took.
    ///
    /// @param tokens that were read
    private record Answered(int tokens, int right, int inputs) {

        static final Answered NONE = new Answered(0, 0, 0);

        Answered plus(Answered other) {
            return new Answered(tokens + other.tokens, right + other.right, inputs + other.inputs);
        }

        double share() {
            return 100.0 * right / inputs;
        }
    }

    @Override
    public List<Row> measure(Machine machine) {
        try (var server = Server.ours(machine);
                var client = new Client(server)) {
            var tasks = heldOut();
            var examples = answered(client, tasks, Mode.EXAMPLES);
            var auto = answered(client, tasks, Mode.AUTO);
            return List.of(Row.atMost(
                    "prompt tokens of mode auto, of those of examples in the prompt, %d held-out tasks"
                            .formatted(tasks.size()),
                    100.0 * auto.tokens() / examples.tokens(),
                    50,
                    "%",
                    text(
                            "%d against %d tokens an input; %.0f against %.0f %% right",
                            auto.tokens() / auto.inputs(),
                            examples.tokens() / examples.inputs(),
                            auto.share(),
                            examples.share())));
        }
    }

    /// In an order that has nothing to do with their names.
    private static List<SuiteTask> heldOut() {
        return TaskSuite.get().tasks(Split.HELD_OUT).stream()
                .sorted(Comparator.comparingInt(task -> task.id().hashCode()))
                .limit(TASKS)
                .toList();
    }

    private static Answered answered(Client client, List<SuiteTask> tasks, Mode mode) {
        return tasks.stream().map(task -> answered(client, task, mode)).reduce(Answered.NONE, Answered::plus);
    }

    private static Answered answered(Client client, SuiteTask task, Mode mode) {
        var tests = task.test().subList(0, INPUTS);
        // Makes the task known.
        ask(client, task, tests.getFirst(), mode);
        return tests.stream().map(test -> ask(client, task, test, mode)).reduce(Answered.NONE, Answered::plus);
    }

    private static Answered ask(Client client, SuiteTask task, Example test, Mode mode) {
        var examples = task.train().subList(0, EXAMPLES).stream()
                .map(example -> Map.of("input", example.input(), "output", example.output()))
                .toList();
        var reply = client.ask(
                "/generate",
                Map.of(
                        "task",
                        Map.of("description", task.descriptions().getFirst(), "examples", examples),
                        "inputs",
                        List.of(test.input()),
                        "mode",
                        mode.name().toLowerCase(Locale.ROOT),
                        "max_tokens",
                        SPARE_BYTES + test.output().length()));
        var answer = reply.getAsJsonArray("outputs").get(0).getAsString();
        var tokens = reply.getAsJsonObject("usage").get("prompt_tokens").getAsInt();
        return new Answered(tokens, answer.strip().equals(test.output().strip()) ? 1 : 0, 1);
    }
}
