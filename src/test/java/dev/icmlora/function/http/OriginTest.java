package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.plurals;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What pages of other sites have a browser send. The function listens on this machine here, without keys.
@QuarkusTest
class OriginTest {

    @ParameterizedTest
    @CsvSource({
        "POST, /generate",
        "POST, /adapter",
        "POST, /adapters/blend",
        "PUT, /adapters",
        "POST, /v1/chat/completions",
        "POST, /events/s3",
        "POST, /events/pubsub",
        "POST, /mcp",
        "POST, /"
    })
    void anotherSiteMayChangeNothing(String method, String path) {
        for (var origin : new String[] {"https://elsewhere.example", "http://localhost:1", "null", "no uri"}) {
            given().header("Origin", origin)
                    .contentType(ContentType.JSON)
                    .body("{}")
                    .request(method, path)
                    .then()
                    .statusCode(403)
                    .body(containsString(origin));
        }
    }

    @Test
    void theFunctionsOwnPageMayAsk() {
        given().header("Origin", "http://localhost:" + RestAssured.port)
                .contentType(ContentType.JSON)
                .body(body(plurals(), "dog"))
                .post("/generate")
                .then()
                .statusCode(200);
    }

    /// As a form of another site's page sends it, without asking first.
    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded"})
    void anEventIsJson(String type) {
        for (var path : new String[] {"/events/s3", "/events/pubsub"}) {
            given().contentType(type)
                    .body("{\"Records\": []}")
                    .post(path)
                    .then()
                    .statusCode(415)
                    .body(containsString(type));
        }
    }

    /// A name that another site gave to this address.
    @ParameterizedTest
    @ValueSource(strings = {"elsewhere.example", "127.0.0.1.elsewhere.example:8080", "localhost.elsewhere.example"})
    void anotherNameIsNotAnswered(String host) {
        given().header("Host", host).get("/v1/models").then().statusCode(421).body(containsString(host));
    }
}
