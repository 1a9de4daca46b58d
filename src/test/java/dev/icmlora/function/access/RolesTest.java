package dev.icmlora.function.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Requests;

/// A caller does what its roles say and nothing else, whatever the function serves.
@Tag("slow")
@QuarkusTest
@TestProfile(SharedInstallation.class)
class RolesTest {

    private static final String UNKNOWN = "sha256:" + "2".repeat(64);

    /// What holds nobody's data: the page, the handshake, and health.
    private static final Set<String> NEED_NO_ROLE =
            Set.of("GET /", "OPTIONS /", "GET /q/health/started", "GET /q/health/live", "GET /q/health/ready");

    private static final List<String> CALL = List.of(
            "POST /generate",
            "POST /adapter",
            "GET /adapters/{id}",
            "GET /functions",
            "GET /functions/{name}",
            "POST /functions/{name}/feedback",
            "GET /functions/{name}/improvements",
            "POST /jobs",
            "GET /jobs",
            "GET /jobs/{id}",
            "POST /jobs/{id}/cancel",
            "GET /jobs/{id}/results",
            "DELETE /jobs/{id}",
            "POST /v1/chat/completions",
            "POST /v1/completions",
            "POST /v1/decisions",
            "POST /v1/embeddings",
            "GET /v1/models",
            "GET /v1/models/{id}",
            "POST /v1/systemone");
    private static final List<String> UPLOAD = List.of(
            "PUT /adapters",
            "POST /adapters/blend",
            "DELETE /adapters/{id}",
            "PUT /functions/{name}",
            "DELETE /functions/{name}",
            "GET /functions/{name}/feedback",
            "DELETE /functions/{name}/feedback",
            "POST /functions/{name}/improve",
            "GET /functions/{name}/unsure");
    private static final List<String> EVENTS =
            List.of("POST /", "POST /events/pubsub", "POST /events/s3", "GET /events");
    private static final List<String> METRICS = List.of("GET /q/metrics", "GET /events");

    private static RequestSpecification by(String credential) {
        return given().header("Authorization", "Bearer " + credential);
    }

    /// All that `/openapi.json` describes, as a method and a path. Somebody new asks, whose requests nobody counted.
    private static List<String> operations() {
        Map<String, Map<String, Object>> paths = by(Token.of(UUID.randomUUID().toString()))
                .get("/openapi.json")
                .then()
                .statusCode(200)
                .extract()
                .path("paths");
        return paths.entrySet().stream()
                .flatMap(path -> path.getValue().keySet().stream()
                        .map(method -> method.toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .toList();
    }

    private static int status(String credential, String operation) {
        var method = operation.substring(0, operation.indexOf(' '));
        var path = operation
                .substring(operation.indexOf(' ') + 1)
                .replace("{id}", UNKNOWN)
                .replace("{name}", "nobodys");
        var request = by(credential);
        if (method.equals("POST") || method.equals("PUT")) {
            request.contentType(ContentType.JSON).body("{}");
        }
        if (operation.equals("POST /")) {
            request.header("ce-specversion", "1.0")
                    .header("ce-id", UUID.randomUUID())
                    .header("ce-source", "urn:test")
                    .header("ce-type", "of no interest");
        }
        return request.request(method, path).statusCode();
    }

    private static List<String> both(List<String> some, List<String> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    static Stream<Arguments> callers() {
        var all = Stream.of(CALL, UPLOAD, EVENTS, METRICS)
                .flatMap(List::stream)
                .distinct()
                .toList();
        return Stream.of(
                caller("the owner", () -> SharedInstallation.KEY, all),
                caller("a key without roles", () -> SharedInstallation.KEY_OF_ALICE, both(CALL, UPLOAD)),
                caller("a token", () -> Token.of(UUID.randomUUID().toString()), both(CALL, UPLOAD)),
                caller("call", () -> SharedInstallation.KEY_OF_CALLER, CALL),
                caller("events", () -> SharedInstallation.KEY_OF_SENDER, EVENTS),
                caller("a token of a sender", () -> Token.of(SharedInstallation.SENDER), EVENTS),
                caller("metrics", () -> SharedInstallation.KEY_OF_SCRAPER, METRICS));
    }

    private static Arguments caller(String who, Supplier<String> credential, List<String> allowed) {
        return Arguments.of(who, credential, allowed);
    }

    /// A route that somebody adds and that asks for no role fails here.
    @ParameterizedTest(name = "{0}")
    @MethodSource("callers")
    void everythingElseIsRefused(String who, Supplier<String> ofCaller, List<String> allowed) {
        var credential = ofCaller.get();
        var open = new ArrayList<String>();
        for (var operation : operations()) {
            if (NEED_NO_ROLE.contains(operation)) {
                continue;
            }
            var status = status(credential, operation);
            assertThat(status).as(operation).isNotIn(401, 429).isLessThan(500);
            if (status != 403) {
                open.add(operation);
            }
        }

        assertThat(open).containsExactlyInAnyOrderElementsOf(allowed);
    }

    @Test
    void theCallerIsToldWhatItLacksAndWhoGivesIt() {
        by(SharedInstallation.KEY_OF_SENDER)
                .contentType(ContentType.JSON)
                .body(Map.of("task", Map.of("description", "Say yes."), "inputs", List.of("x")))
                .post("/generate")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:icm-lora:problem:missing-role"))
                .body("detail", containsString("the role call"))
                .body("detail", containsString("icm-lora.roles.sender (ICM_LORA_ROLES_SENDER)"))
                .body("detail", not(containsString(SharedInstallation.KEY_OF_SENDER)));
        by(SharedInstallation.KEY_OF_SENDER)
                .get("/v1/models")
                .then()
                .statusCode(403)
                .body("error.code", equalTo("missing_role"))
                .body("error.message", containsString("ICM_LORA_ROLES_SENDER"));
        by(Token.of("somebody else"))
                .get("/events")
                .then()
                .statusCode(403)
                .body("detail", containsString("events or metrics"))
                .body("detail", containsString("ICM_LORA_EVENTS_SENDERS"));
        by(SharedInstallation.KEY_OF_CALLER)
                .body(new byte[2 << 20])
                .put("/adapters")
                .then()
                .statusCode(403)
                .body("type", equalTo("urn:icm-lora:problem:missing-role"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/metrics",
                "/q/metrics/",
                "//q/metrics",
                "/q//metrics",
                "/q/./metrics",
                "/q/health/../metrics",
                "/openapi.json/../q/metrics",
                "/q/health/%2e%2e/metrics",
                "/q/health/..%2fmetrics",
                "/%71/metrics",
                "/q/%6detrics",
                "/q/metrics;/q/health",
                "/q;/metrics",
                "/Q/metrics",
                "/q/metrics?/q/health",
                "/q/metrics%3f/q/health"
            })
    void noWayOfWritingThePathLeadsToMetrics(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(Requests.uri(path))
                .header("Authorization", "Bearer " + SharedInstallation.KEY_OF_CALLER)
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var reply = client.send(request, BodyHandlers.ofString());

            assertThat(reply.statusCode()).isIn(403, 404);
            assertThat(reply.body()).doesNotContain("icm_lora_workers");
        }
    }
}
