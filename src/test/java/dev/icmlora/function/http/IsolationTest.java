package dev.icmlora.function.http;

import static dev.icmlora.function.http.Requests.PLURALS;
import static dev.icmlora.function.http.Requests.body;
import static dev.icmlora.function.http.Requests.outputs;
import static dev.icmlora.function.http.Requests.task;
import static dev.icmlora.function.http.Requests.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/// Requests of different tasks never see each other: not through weights, memory or sampler.
@QuarkusTest
class IsolationTest {

    private static final int CLIENTS = 4;

    private static final List<Map<String, Object>> REQUESTS = List.of(
            body(task("Write the plural of the word.", PLURALS), "dog", "knife"),
            body(task("Write the word in capital letters.", List.of()), "dog", "knife"),
            with(body(task("Write the plural of the word.", PLURALS), "dog", "knife"), "mode", "adapter_examples"),
            with(body(task("Write the plural of the word.", PLURALS), "dog", "knife"), "mode", "examples"),
            with(with(body(task("Translate to French.", List.of()), "dog", "knife"), "strength", 0), "mode", "adapter"),
            with(body(task("Translate to French.", List.of()), "dog", "knife"), "scale", 2),
            with(body(task("Translate to French.", List.of()), "dog", "knife"), "scale", 0.5),
            with(with(body(task("Translate to French.", List.of()), "dog"), "temperature", 1), "seed", 3));

    @Test
    void interleavedRequestsGetTheAnswersTheyGetAlone() throws Exception {
        var alone = REQUESTS.stream().map(IsolationTest::repeated).toList();

        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            var calls = new ArrayList<Callable<List<String>>>();
            for (var round = 0; round < 3; round++) {
                REQUESTS.forEach(request -> calls.add(() -> outputs(request)));
            }
            var answers = clients.invokeAll(calls);
            for (var i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).as("request %d", i).isEqualTo(alone.get(i % REQUESTS.size()));
            }
        }
    }

    /// Asked twice in a row, so that the second runs with the adapter already applied.
    private static List<String> repeated(Map<String, Object> request) {
        var first = outputs(request);
        assertThat(outputs(request)).isEqualTo(first);
        return first;
    }
}
