package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Installation;
import dev.icmlora.evaluation.SuiteEvaluation.Controlled;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.tasks.text.TextDomains;
import dev.icmlora.trainer.tasks.InProcess;

/// With the real model and the committed generator, of a function that never knows an answer.
class SuiteEvaluationTest {
    private static final TextDomains NO_TEXTS = new TextDomains(List.of(), new LinkedHashMap<>());
    private static final String TIMES =
            "{\"fingerprint\": 1, \"generate\": 1, \"apply\": 1, \"tune\": 1, \"prompt\": 1, \"decode\": 1}";
    private static final int HELD_OUT = 2;

    private static ControlBench bench;

    private final List<JsonObject> asked = new ArrayList<>();

    @BeforeAll
    static void open() {
        Installation installation = Installation.ofThisProcess();
        bench = ControlBench.open(installation, installation.generator(), 1);
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @BeforeEach
    void forget() {
        asked.clear();
    }

    @Test
    void everyHeldOutTaskIsAskedWithManyExamplesAtLast() throws Exception {
        Results heldOut = measure(Duration.ofDays(1)).group(Group.HELD_OUT).orElseThrow();

        assertThat(heldOut.having(Condition.values()).tasks()).isEmpty();
        assertThat(heldOut.having(Condition.SHOTS_16, Condition.TUNED_16, Condition.TUNED_64, Condition.TUNED_2)
                        .tasks())
                .hasSize(HELD_OUT);
        assertThat(asked.subList(asked.size() - 3 * HELD_OUT, asked.size()))
                .extracting(SuiteEvaluationTest::examples)
                .allMatch(examples -> examples >= 16);
        assertThat(asked.subList(0, asked.size() - 3 * HELD_OUT))
                .extracting(SuiteEvaluationTest::examples)
                .allMatch(examples -> examples <= 8);
    }

    @Test
    void pastItsTimeNoTaskIsAskedWithManyExamples() throws Exception {
        EvaluationReport report = measure(Duration.ZERO);

        Results heldOut = report.group(Group.HELD_OUT).orElseThrow();
        assertThat(heldOut.having(Condition.AUTO, Condition.TUNED, Condition.TUNED_2, Condition.TUNED_B0)
                        .tasks())
                .hasSize(HELD_OUT);
        assertThat(report.labels()).isNotEmpty();
        assertThat(asked).extracting(SuiteEvaluationTest::examples).allMatch(examples -> examples <= 8);
        assertThat(report.markdown()).contains("0 of 2 tasks are too few");
    }

    private EvaluationReport measure(Duration limit) throws Exception {
        return new SuiteEvaluation(
                        bench,
                        Optional.empty(),
                        new FunctionClient(this::generate, new InProcess(1)),
                        new Measurement(1, HELD_OUT, 2, 1),
                        new Controlled(0, 2, 0, false),
                        limit)
                .measure(NO_TEXTS, 1, new PrintStream(PrintStream.nullOutputStream()));
    }

    private String generate(String request) {
        JsonObject body = new Gson().fromJson(request, JsonObject.class);
        asked.add(body);
        int inputs = body.getAsJsonArray("inputs").size();
        return """
                {"outputs": %s, "details": %s, "timing_ms": %s,
                 "selection": {"served": "tuned", "strength": 1, "confidence": 0.5}}""".formatted(
                        Collections.nCopies(inputs, "\"?\""),
                        Collections.nCopies(inputs, "{\"confidence\": 0.9, \"calibrated\": true}"),
                        TIMES);
    }

    private static int examples(JsonObject request) {
        JsonObject task = request.getAsJsonObject("task");
        return task.has("examples") ? task.getAsJsonArray("examples").size() : 0;
    }
}
