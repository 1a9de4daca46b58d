package dev.icmlora.function.http;

import static io.restassured.RestAssured.given;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;

/// Requests to the running function.
final class Requests {

    static final List<Map<String, String>> PLURALS = List.of(
            Map.of("input", "cat", "output", "cats"),
            Map.of("input", "mouse", "output", "mice"),
            Map.of("input", "box", "output", "boxes"));

    private Requests() {}

    static Map<String, Object> task(String description, List<Map<String, String>> examples) {
        return Map.of("description", description, "examples", examples);
    }

    static Map<String, Object> plurals() {
        return task("Write the plural of the word.", PLURALS);
    }

    /// A valid body for `POST /generate` that is cheap to answer and can be changed.
    static Map<String, Object> body(Map<String, Object> task, String... inputs) {
        var body = new HashMap<String, Object>();
        body.put("task", task);
        body.put("inputs", new ArrayList<>(List.of(inputs)));
        body.put("max_tokens", 8);
        return body;
    }

    static Map<String, Object> with(Map<String, Object> body, String field, Object value) {
        body.put(field, value);
        return body;
    }

    static ValidatableResponse post(String path, Object body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .when()
                .post(path)
                .then();
    }

    static ValidatableResponse generate(Map<String, Object> body) {
        return post("/generate", body).statusCode(200);
    }

    static List<String> outputs(Map<String, Object> body) {
        return generate(body).extract().jsonPath().getList("outputs");
    }
}
