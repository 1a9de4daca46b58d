package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.outputs;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/// Requests of different tasks never see each other: not through weights, memory or sampler.
///
/// Another adapter, a foreign memory or a shared sampler would change nearly every answer. What else is in
/// a batch changes the last bits of a sum, and with them now and then a token that was a close decision: so
/// answers are short, few of their tokens are close decisions, and most answers, not all, have to be the same.
@QuarkusTest
class IsolationTest {

    private static final int CLIENTS = 4;

    private static final Map<String, Object> PLURAL =
            with(body(task("Write the plural of the word.", PLURALS), "dog", "knife"), "max_tokens", 3);
    private static final Map<String, Object> CAPITALS =
            with(body(task("Write the word in capital letters.", List.of()), "dog", "knife"), "max_tokens", 3);
    private static final Map<String, Object> FRENCH =
            with(body(task("Translate to French.", List.of()), "dog", "knife"), "max_tokens", 3);

    private static final List<Map<String, Object>> REQUESTS = List.of(
            PLURAL,
            CAPITALS,
            with(PLURAL, "mode", "adapter_examples"),
            with(PLURAL, "mode", "examples"),
            with(FRENCH, "strength", 0),
            with(FRENCH, "scale", 2),
            with(CAPITALS, "scale", 0.5),
            with(with(with(PLURAL, "mode", "adapter_examples"), "temperature", 0.5), "seed", 3));

    @Test
    void interleavedRequestsGetTheAnswersTheyGetAlone() throws Exception {
        var alone = REQUESTS.stream().map(request -> outputs(request)).toList();
        assertThat(Set.copyOf(alone)).hasSizeGreaterThanOrEqualTo(REQUESTS.size() / 2);

        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            var calls = new ArrayList<Callable<List<String>>>();
            for (var round = 0; round < 2; round++) {
                REQUESTS.forEach(request -> calls.add(() -> outputs(request)));
            }
            var answers = clients.invokeAll(calls);
            var same = 0;
            for (var i = 0; i < answers.size(); i++) {
                same += answers.get(i).get().equals(alone.get(i % REQUESTS.size())) ? 1 : 0;
            }
            assertThat(same).isGreaterThanOrEqualTo(answers.size() * 2 / 3);
        }
    }
}
