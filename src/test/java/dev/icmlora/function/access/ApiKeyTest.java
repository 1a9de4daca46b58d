package dev.icmlora.function.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;

@Tag("slow")
@QuarkusTest
@TestProfile(ApiKeyTest.WithKey.class)
class ApiKeyTest {

    private static final String KEY = "correct horse";
    private static final String NAMED = "battery staple";
    private static final String ANOTHER = "may ask and no more";

    public static final class WithKey implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "icm-lora.api-key",
                    KEY,
                    "icm-lora.api-keys.alice",
                    NAMED,
                    "icm-lora.api-keys.caller",
                    ANOTHER,
                    "icm-lora.roles.caller",
                    "call",
                    "icm-lora.adapters.upload",
                    "false",
                    "icm-lora.mcp",
                    "false");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/adapters/x", "/q/metrics", "/openapi.json", "/nothing"})
    void withoutTheKeyThereIsAProblem(String path) {
        given().get(path)
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", containsString("Bearer"))
                .body("type", equalTo("urn:icm-lora:problem:unauthorized"));
    }

    private static RequestSpecification by(String key) {
        return given().header("Authorization", "Bearer " + key);
    }

    /// Without tenants too. The list has the jobs of all, as deleting an adapter takes it from all.
    @Test
    void aJobIsItsCallersAndTheOwners() {
        var job = by(NAMED)
                .contentType(ContentType.JSON)
                .body(
                        "{\"task\": {\"description\": \"Write the plural.\"}, \"inputs\": [\"dog\"], \"mode\": \"plain\"}")
                .post("/jobs")
                .then()
                .statusCode(202)
                .extract()
                .<String>path("id");
        Eventually.until(() -> by(NAMED).get("/jobs/{id}", job).path("state").equals("completed"));

        by(ANOTHER).get("/jobs/{id}", job).then().statusCode(404).body("detail", containsString("There is no job"));
        by(ANOTHER).get("/jobs/{id}/results", job).then().statusCode(404);
        by(ANOTHER).post("/jobs/{id}/cancel", job).then().statusCode(404);
        by(ANOTHER).delete("/jobs/{id}", job).then().statusCode(404);
        by(ANOTHER).get("/jobs").then().statusCode(403).body("detail", containsString("admin"));
        by(KEY).get("/jobs").then().statusCode(200).body("jobs.id", hasItem(job));
        by(KEY).get("/jobs/{id}", job).then().statusCode(200);
        by(NAMED).get("/jobs/{id}/results", job).then().statusCode(200);
        Eventually.until(() -> by(NAMED).delete("/jobs/{id}", job).statusCode() == 204);
    }

    @Test
    void functionsNeedItToo() {
        given().contentType(ContentType.JSON)
                .body("{}")
                .post("/generate")
                .then()
                .statusCode(401)
                .body("status", equalTo(401));
    }

    /// Nothing of it is sent.
    @ParameterizedTest
    @ValueSource(ints = {1, 1 << 16, 1 << 20})
    void noBodyIsReadWithoutIt(int length) throws IOException {
        try (var reply = Requests.begun("/generate", "application/json", length, "")) {
            assertThat(reply.readLine()).isEqualTo("HTTP/1.1 401 Unauthorized");
            assertThat(reply.lines()).anyMatch(line -> line.startsWith("X-Request-Id: "));
        }
    }

    /// Health is told to all, but nothing is kept of what they send.
    @Test
    void whoAsksForHealthSendsNothing() throws IOException {
        try (var reply = Requests.begun("/q/health/live", "application/json", 1 << 16, "{")) {
            assertThat(reply.readLine()).startsWith("HTTP/1.1 405 ");
        }
    }

    @Test
    void aRefusedClientGoesOnWithItsConnection() throws IOException {
        try (var reply = Requests.begun(
                "/generate",
                "application/json",
                2,
                "{}GET /q/health/live HTTP/1.1\r\n" + "Host: localhost\r\nConnection: close\r\n\r\n")) {
            assertThat(reply.lines()).contains("HTTP/1.1 401 Unauthorized").anyMatch(line -> line.contains("200 OK"));
        }
    }

    @Test
    void uploadsNeedItAndAreOffUnlessTheyAreWanted() {
        var file = new byte[2 << 20];
        given().body(new byte[9]).put("/adapters").then().statusCode(401);
        given().header("Authorization", "Bearer " + KEY)
                .body(file)
                .put("/adapters")
                .then()
                .statusCode(403)
                .body("type", equalTo("urn:icm-lora:problem:uploads-off"))
                .body("detail", containsString("icm-lora.adapters.upload"));
    }

    /// JAX-RS takes parameters off a path, and does not mind a slash.
    @ParameterizedTest
    @ValueSource(strings = {"/adapters;a=b", "/adapters/", "/adapters/;a", "/%61dapters"})
    void uploadsAreOffHoweverThePathIsWritten(String path) {
        given().urlEncodingEnabled(false)
                .header("Authorization", "Bearer " + KEY)
                .body(new byte[9])
                .put(path)
                .then()
                .statusCode(anyOf(equalTo(403), equalTo(404), equalTo(405)));
    }

    /// As long as nobody wants it, the path of agents is like any other at which there is nothing.
    @ParameterizedTest
    @ValueSource(strings = {"/mcp", "/mcp/", "/mcp/sse", "/mcp;a=b", "/nothing"})
    void agentsFindNothing(String path) {
        for (var method : List.of("POST", "GET", "DELETE")) {
            given().request(method, path).then().statusCode(401);
            given().header("Authorization", "Bearer " + KEY)
                    .contentType(ContentType.JSON)
                    .body("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/list\"}")
                    .request(method, path)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("detail", equalTo("There is nothing at " + path));
        }
    }

    @Test
    void openAiClientsGetAnErrorThatTheyKnow() {
        given().get("/v1/models")
                .then()
                .statusCode(401)
                .body("error.code", equalTo("invalid_api_key"))
                .body("error.type", equalTo("invalid_request_error"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer wrong", "Bearer ", "Bearer correct hors", "correct horse", "Basic !!!", "Basic Og=="})
    void aWrongKeyIsNoKey(String header) {
        given().header("Authorization", header).get("/v1/models").then().statusCode(401);
    }

    @Test
    void withTheKeyEverythingWorks() {
        given().header("Authorization", "Bearer " + KEY)
                .get("/v1/models")
                .then()
                .statusCode(200);
        given().header("Authorization", "bearer " + KEY)
                .get("/q/metrics")
                .then()
                .statusCode(200);
        given().auth()
                .preemptive()
                .basic("anybody", KEY)
                .get("/v1/models")
                .then()
                .statusCode(200);
    }

    @Test
    void soItDoesWithANamedKeyWhoseAdaptersAreEverybodys() {
        var id = given().header("Authorization", "Bearer " + NAMED)
                .contentType(ContentType.JSON)
                .body("{\"task\": {\"description\": \"Say yes.\"}}")
                .post("/adapter")
                .then()
                .statusCode(200)
                .extract()
                .<String>path("id");

        given().header("Authorization", "Bearer " + KEY)
                .get("/adapters/{id}", id)
                .then()
                .statusCode(200);
        given().header("Authorization", "Bearer " + NAMED)
                .delete("/adapters/{id}", id)
                .then()
                .statusCode(403)
                .body("type", equalTo("urn:icm-lora:problem:missing-role"))
                .body("detail", containsString("admin"))
                .body("detail", containsString("ICM_LORA_ROLES_ALICE"));
        given().header("Authorization", "Bearer " + KEY)
                .delete("/adapters/{id}", id)
                .then()
                .statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"started", "live", "ready"})
    void healthNeedsNone(String check) {
        given().get("/q/health/" + check).then().statusCode(200);
    }

    @Test
    void otherOriginsGetNoPermission() {
        given().header("Origin", "http://elsewhere.example")
                .header("Authorization", "Bearer " + KEY)
                .get("/v1/models")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue());
    }
}
