package dev.icmlora.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

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
}
