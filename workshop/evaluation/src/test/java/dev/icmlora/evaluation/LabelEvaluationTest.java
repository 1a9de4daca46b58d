package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;

import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.trainer.tasks.InProcess;

/// Of a function that always answers with the first label, and is quite sure of it.
class LabelEvaluationTest {

    private final List<JsonObject> asked = new ArrayList<>();

    private String generate(String request) {
        JsonObject body = new Gson().fromJson(request, JsonObject.class);
        asked.add(body);
        int inputs = body.getAsJsonArray("inputs").size();
        String output =
                body.has("labels") ? body.getAsJsonArray("labels").get(0).toString() : "\"?\"";
        return "{\"outputs\": %s, \"details\": %s}"
                .formatted(
                        Collections.nCopies(inputs, output),
                        Collections.nCopies(
                                inputs, "{\"confidence\": 0.9, \"calibrated\": " + body.has("labels") + "}"));
    }

    @Test
    void everyHeldOutTaskWithLabelsIsAskedInAllWays() throws Exception {
        TaskSuite suite = TaskSuite.get();
        Set<String> trained =
                suite.tasks(Split.TRAIN).stream().map(SuiteTask::id).collect(Collectors.toSet());

        List<LabelResult> results = new LabelEvaluation(new FunctionClient(this::generate, new InProcess(1)), 1)
                .measure(Evaluation.subjects(suite, trained, 0, Integer.MAX_VALUE, 1));

        assertThat(results)
                .hasSizeGreaterThan(10)
                .extracting(LabelResult::task)
                .contains("classification/urgency", "letters/starts-with-vowel")
                .doesNotContain("classification/spam");
        assertThat(asked).hasSize(4 * results.size());
        assertThat(asked)
                .filteredOn(request -> request.has("labels"))
                .hasSize(3 * results.size())
                .allSatisfy(
                        request -> assertThat(request.getAsJsonObject("task").getAsJsonArray("examples"))
                                .hasSize(5));
        assertThat(LabelResult.figures(results))
                .hasSize(4)
                .extracting(Figure::what, Figure::measured)
                .anySatisfy(figure -> assertThat(figure.toList().toString())
                        .contains("mode `tuned`, any text", "0.0 [0.0, 0.0]; 0.0 % of"));
        Reliability tuned = LabelResult.reliability(results, LabelResult.Way.TUNED);
        assertThat(tuned.right()).isBetween(0.1, 0.6);
        assertThat(tuned.calibrated()).isEqualTo(tuned.answers().size());
    }

    @Test
    void withoutSuchTasksTheReportSaysNothing() {
        assertThat(LabelResult.figures(List.of())).isEmpty();
    }
}
