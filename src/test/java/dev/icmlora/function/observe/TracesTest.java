package dev.icmlora.function.observe;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
class TracesTest {

    private static final String CALLER = "00f067aa0ba902b7";

    @Inject
    SpanLog spans;

    @Test
    void thePhasesOfARequestAreSpansOfTheCallersTrace() throws InterruptedException {
        var trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        given().header("traceparent", "00-" + trace + "-" + CALLER + "-01")
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "task",
                        Map.of("description", "A secret wish."),
                        "inputs",
                        List.of("x"),
                        "mode",
                        "adapter",
                        "max_tokens",
                        2))
                .post("/generate")
                .then()
                .statusCode(200);

        var found = spans.await(trace, 5);

        var server = found.stream()
                .filter(span -> span.getKind() == SpanKind.SERVER)
                .findFirst()
                .orElseThrow();
        assertThat(server.getParentSpanId()).isEqualTo(CALLER);
        assertThat(found.stream().filter(span -> span.getParentSpanId().equals(server.getSpanId())))
                .extracting(SpanData::getName)
                .contains("fingerprint", "generate", "apply", "answer");
        assertThat(found.toString()).doesNotContain("secret");
    }

    @Test
    void aChatIsTracedToo() throws InterruptedException {
        var trace = "0af7651916cd43dd8448eb211c80319c";
        given().header("traceparent", "00-" + trace + "-" + CALLER + "-01")
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "model",
                        "SmolLM2-135M-Instruct.Q8_0",
                        "messages",
                        List.of(Map.of("role", "user", "content", "hi")),
                        "max_tokens",
                        2))
                .post("/v1/chat/completions")
                .then()
                .statusCode(200);

        assertThat(spans.await(trace, 2)).extracting(SpanData::getName).contains("answer");
    }
}
