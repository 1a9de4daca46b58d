package dev.icmlora.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class PageTest {

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html"})
    void isThere(String path) {
        given().accept("text/html")
                .get(path)
                .then()
                .statusCode(200)
                .contentType("text/html")
                .body(containsString("page/page.js"));
    }

    /// A file that a browser kept would be mixed with those of the version after an upgrade.
    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/page/page.js", "/page/page.css", "/page/learning.js"})
    void isNotKept(String path) {
        given().get(path)
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .header("Last-Modified", nullValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/page/page.js", "/v1/models", "/events", "/q/metrics", "/nowhere", "/v1/models/nobody"})
    void noReplyIsTakenForAnotherTypeOrShownInAFrame(String path) {
        given().get(path)
                .then()
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "frame-ancestors 'none'");
    }
}
