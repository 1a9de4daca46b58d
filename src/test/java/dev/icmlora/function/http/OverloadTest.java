package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.outputs;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The test profile lets 8 requests wait.
@Tag("slow")
@QuarkusTest
class OverloadTest {

    private static final int CLIENTS = 24;

    @Test
    void beyondTheQueueClientsAreToldToComeBack() throws Exception {
        var inputs = Collections.nCopies(4, "Tell me a story").toArray(String[]::new);
        var request = with(with(body(plurals(), inputs), "mode", "plain"), "max_tokens", 5);
        var expected = outputs(request);

        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            Callable<Response> call = () -> post("/generate", request).extract().response();
            var responses = clients.invokeAll(Collections.nCopies(CLIENTS, call)).stream()
                    .map(Future::resultNow)
                    .toList();

            var served = responses.stream().filter(r -> r.statusCode() == 200).toList();
            var refused = responses.stream().filter(r -> r.statusCode() == 429).toList();
            assertThat(served.size() + refused.size()).isEqualTo(CLIENTS);
            assertThat(served)
                    .hasSizeGreaterThanOrEqualTo(9)
                    .allSatisfy(r -> assertThat(beginnings(r.jsonPath().getList("outputs", String.class)))
                            .isEqualTo(beginnings(expected)));
            assertThat(refused).isNotEmpty().allSatisfy(r -> {
                assertThat(r.header("Retry-After")).isEqualTo("1");
                assertThat(r.contentType()).isEqualTo("application/problem+json");
                assertThat(r.jsonPath().getString("type")).isEqualTo("urn:icm-lora:problem:queue-full");
            });
        }
        given().get("/q/health/ready").then().body("status", equalTo("UP"));
        assertThat(beginnings(outputs(Map.copyOf(request)))).isEqualTo(beginnings(expected));
    }

    @Test
    void beyondTheQueueNobodyLooksForAnAdapter() {
        var unknown = Map.of("adapter", "sha256:" + "0".repeat(64), "inputs", List.of("dog"));
        post("/generate", unknown).statusCode(404);
        var inputs = Collections.nCopies(4, "Tell me a story").toArray(String[]::new);
        var request = with(with(body(plurals(), inputs), "mode", "plain"), "max_tokens", 5);

        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            var crowd = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> clients.submit(() -> post("/generate", request)))
                    .toList();
            var statuses = new HashSet<Integer>();
            do {
                statuses.add(post("/generate", unknown).extract().statusCode());
            } while (!statuses.contains(429) && !crowd.stream().allMatch(Future::isDone));

            assertThat(statuses).contains(429);
        }
    }

    /// A later token may be a close decision, which the last bits of a sum change, and these change with the batch.
    private static List<String> beginnings(List<String> outputs) {
        return outputs.stream()
                .map(output -> output.substring(0, Math.min(5, output.length())))
                .toList();
    }
}
