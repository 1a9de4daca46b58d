package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.stream;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.PeftFiles;
import dev.icmlora.function.Requests;

/// Adapters that clients take away.
@QuarkusTest
class DeletionTest {

    private static ValidatableResponse made(Map<String, Object> task) {
        return post("/adapter", Map.of("task", task)).statusCode(200);
    }

    private static void delete(String id) {
        given().delete("/adapters/{id}", id).then().statusCode(204).body(emptyString());
        given().delete("/adapters/{id}", id).then().statusCode(404);
        given().get("/adapters/{id}", id).then().statusCode(404);
        given().get("/v1/models").then().body("data.id", not(hasItem(id)));
        post("/generate", Map.of("adapter", id, "inputs", List.of("x"))).statusCode(404);
    }

    @Test
    void aGeneratedOneIsUnknownUntilItsTaskMakesItAgain() {
        var task = Map.<String, Object>of("description", "Write it backwards, " + UUID.randomUUID());
        var id = made(task).extract().<String>path("id");

        delete(id);

        made(task).body("id", equalTo(id)).body("cached", equalTo(false));
        given().get("/v1/models").then().body("data.id", hasItem(id));
    }

    @Test
    void anUploadedOneIsUnknownForGood() {
        var a = new float[576];
        a[3] = 0.3125f;
        var b = new float[192];
        b[7] = 0.3125f;
        var file = PeftFiles.zip("attn_v", 1, 16, a, b);
        var id = given().body(file)
                .queryParam("description", "Write the plural of the word.")
                .put("/adapters")
                .then()
                .statusCode(201)
                .extract()
                .<String>path("id");

        delete(id);

        given().body(file).put("/adapters").then().statusCode(201).body("cached", equalTo(false));
        delete(id);
    }

    /// What mode auto has decided, and the task whose tuning it was, lead to an adapter that is no more.
    @Test
    void aTunedOneIsTunedAgain() {
        var request = with(
                with(body(task("The plural of it, " + UUID.randomUUID(), PLURALS), "dog"), "mode", "auto"),
                "tune",
                Map.of("steps", 1));
        var first = generate(request).extract().jsonPath();
        assertThat(first.getString("tuning.state")).isIn("tuned", "diverged");
        generate(request).body("timing_ms.tune", equalTo(0f));

        delete(first.getString("adapter.id"));

        var again = generate(request).extract().jsonPath();
        assertThat(again.<Object>get("adapter.id")).isEqualTo(first.get("adapter.id"));
        assertThat(again.<Object>get("selection")).isEqualTo(first.get("selection"));
        assertThat(again.getList("outputs")).isEqualTo(first.getList("outputs"));
        assertThat(again.getBoolean("adapter.cached")).isFalse();
    }

    /// B0 has one id, and a key for each task.
    @Test
    void theSharedOneIsMadeAgainForEveryTask() {
        var colour = with(body(task("Name the colour.", List.of()), "sky"), "strength", 0);
        var animal = with(body(task("Name the animal.", List.of()), "bark"), "strength", 0);
        var id = generate(colour).extract().<String>path("adapter.id");
        generate(animal).body("adapter.id", equalTo(id));

        given().delete("/adapters/{id}", id).then().statusCode(204);

        generate(colour).body("adapter.id", equalTo(id)).body("adapter.cached", equalTo(false));
        generate(animal).body("adapter.id", equalTo(id)).body("adapter.cached", equalTo(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "sha256:", "sha256:../../etc/passwd", "sha256:" + "AB", Requests.BASE})
    void whatIsNoIdIsNotKnown(String id) {
        given().delete("/adapters/{id}", id)
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:icm-lora:problem:unknown-adapter"));
    }

    @Test
    void allOfThemAtOnceAreNot() {
        given().delete("/adapters").then().statusCode(405);
        given().delete("/adapters/").then().statusCode(anyOf(equalTo(404), equalTo(405)));
        given().delete("/adapters/blend").then().statusCode(405);
    }

    @Test
    void anAnswerThatBeganEndsAsEver() throws Exception {
        var id = made(Map.of("description", "Tell a story, " + UUID.randomUUID()))
                .extract()
                .<String>path("id");
        var request = with(with(with(chat("A dog"), "model", id), "max_tokens", 60), "ignore_eos", true);

        try (var client = HttpClient.newHttpClient();
                var events = stream(client, "/v1/chat/completions", with(request, "stream", true))) {
            var all = events.iterator();
            var told = new ArrayList<String>();
            told.add(all.next());
            delete(id);
            all.forEachRemaining(told::add);

            assertThat(told.removeLast()).isEqualTo("[DONE]");
            assertThat(told)
                    .allSatisfy(event -> assertThat(
                                    Requests.json(event).at("/model").asText())
                            .isEqualTo(id));
            assertThat(Requests.json(told.getLast())
                            .at("/choices/0/finish_reason")
                            .asText())
                    .isEqualTo("length");
        }
    }
}
