package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.task.Output;
import dev.icmlora.engine.task.PreparedTask;
import dev.icmlora.engine.task.TaskAnswer;
import dev.icmlora.function.Requests;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// A Java program with an engine of its own gets the answers that a client of the function gets.
@QuarkusTest
class LibraryTest {

    /// Of a probability, by what else is in a batch.
    private static final double ROUNDING = 0.05;
    private static final List<String> KINDS = List.of("animal", "plant");
    /// Of both tests, so that the function tunes it once.
    private static final Map<String, Object> TASK = task(
            "What is it, in a program?",
            List.of(
                    Map.of("input", "horse", "output", "animal"),
                    Map.of("input", "wolf", "output", "animal"),
                    Map.of("input", "oak", "output", "plant"),
                    Map.of("input", "a red rose", "output", "plant")));

    @Inject
    EngineHost host;

    private List<TaskAnswer> alone(Output output, String... inputs) {
        var examples = ((List<?>) TASK.get("examples"))
                .stream()
                        .map(each -> (Map<?, ?>) each)
                        .map(each -> new Example((String) each.get("input"), (String) each.get("output")))
                        .toList();
        var prepared = PreparedTask.of(host.engine(), new Task((String) TASK.get("description"), examples), output);
        return prepared.answer(List.of(inputs));
    }

    private static void requireSame(Map<String, Object> body, List<TaskAnswer> alone) {
        var reply = generate(with(with(body, "mode", null), "confidence", true))
                .extract()
                .jsonPath();

        assertThat(reply.getList("outputs", String.class))
                .isEqualTo(alone.stream().map(TaskAnswer::text).toList());
        assertThat(reply.getList("details.calibrated", Boolean.class))
                .isEqualTo(alone.stream().map(TaskAnswer::calibrated).toList());
        assertThat(alone)
                .zipSatisfy(
                        reply.getList("details.confidence", Double.class),
                        (answer, confidence) ->
                                assertThat(answer.confidence()).isCloseTo(confidence, within(ROUNDING)));
    }

    @Test
    void textsAreTheSame() {
        var inputs = new String[] {"dog", "church", "table"};

        requireSame(Requests.body(TASK, inputs), alone(new Output.Text(8), inputs));
    }

    @Test
    void labelsAreTheSame() {
        var inputs = new String[] {"lion", "birch tree"};

        requireSame(with(Requests.body(TASK, inputs), "labels", KINDS), alone(new Output.Label(KINDS), inputs));
    }
}
