package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.trainer.tasks.InProcess;

class UntrainedEvaluationTest {

    private static final Measurement MEASUREMENT = new Measurement(2, 3, 0, 1);
    private static final TaskSuite SUITE = TaskSuite.get();

    @TempDir
    private Path folder;

    private final List<JsonObject> asked = new ArrayList<>();
    /// As the function says it of its choice; without a generator it does not.
    private String confidence = "";

    /// Knows every answer, but only where it was tuned.
    private String generate(String request) {
        JsonObject body = new Gson().fromJson(request, JsonObject.class);
        asked.add(body);
        boolean tuned = body.get("mode").getAsString().equals("tuned");
        List<String> outputs = new ArrayList<>();
        for (JsonElement input : body.getAsJsonArray("inputs")) {
            outputs.add(tuned ? answer(body, input.getAsString()) : "?");
        }
        String selection = "{\"served\": \"tuned\"%s}".formatted(confidence);
        return "{\"outputs\": %s, \"selection\": %s, \"usage\": {\"prompt_tokens\": 50}, \"timing_ms\": {\"tune\": 1500, \"decode\": 500}}"
                .formatted(new Gson().toJson(outputs), selection);
    }

    private static String answer(JsonObject request, String input) {
        String description = request.getAsJsonObject("task").get("description").getAsString();
        return SUITE.tasks().stream()
                .filter(task -> task.descriptions().contains(description))
                .flatMap(task -> task.test().stream())
                .filter(example -> example.input().equals(input))
                .findFirst()
                .orElseThrow()
                .output();
    }

    private UntrainedEvaluation evaluation(Split split, List<Integer> steps) {
        return new UntrainedEvaluation(new FunctionClient(this::generate, new InProcess(1)), MEASUREMENT, split, steps);
    }

    @Test
    void tuningStandsBesideExamplesInThePrompt() throws Exception {
        String markdown = evaluation(Split.HELD_OUT, List.of()).write(folder);

        assertThat(markdown)
                .startsWith("3 tasks (held-out), up to 2 inputs each.")
                .contains("| `5-shot` |  | 0.0 [0.0, 0.0], 25 tokens read for an answer, 2.0 s |")
                .contains("| `tuned` |  | 100.0 [100.0, 100.0], − `5-shot` +100.0 [+100.0, +100.0], 25 tokens")
                .contains("| worst single task: `tuned` − `5-shot` |  | +100.0 points");
        assertThat(folder.resolve("untrained.jsonl")).content().hasLineCount(3);
    }

    @Test
    void aFunctionWithAGeneratorIsRefused() {
        confidence = ", \"confidence\": 0.5";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> evaluation(Split.HELD_OUT, List.of()).measure())
                .withMessageContaining("ICM_LORA_GENERATOR=none");
    }

    @Test
    void heldOutTasksAreThoseOfTheDefaultGenerator() throws Exception {
        Set<String> trained =
                SUITE.tasks(Split.TRAIN).stream().map(SuiteTask::id).collect(Collectors.toSet());

        assertThat(evaluation(Split.HELD_OUT, List.of()).measure())
                .extracting(UntrainedEvaluation.Row::task)
                .containsExactlyElementsOf(Evaluation.subjects(SUITE, trained, 0, 3, 1).stream()
                        .filter(subject -> subject.group() == Group.HELD_OUT)
                        .map(subject -> subject.task().id())
                        .toList());
    }

    @Test
    void stepsAreTriedOnValidationTasks() throws Exception {
        List<UntrainedEvaluation.Row> rows =
                evaluation(Split.VALIDATION, List.of(3, 12)).measure();

        assertThat(rows)
                .extracting(UntrainedEvaluation.Row::task)
                .isSubsetOf(SUITE.tasks(Split.VALIDATION).stream()
                        .map(SuiteTask::id)
                        .toList());
        assertThat(rows).allSatisfy(row -> assertThat(row.ways()).containsKeys("tuned", "tuned at 3", "tuned at 12"));
        assertThat(asked)
                .filteredOn(request -> request.has("tune"))
                .extracting(
                        request -> request.getAsJsonObject("tune").get("steps").getAsInt())
                .containsOnly(3, 12);
    }
}
