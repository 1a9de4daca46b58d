package dev.icmlora.function.access;

import static dev.icmlora.function.Requests.withLongBody;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.util.UUID;
import java.util.concurrent.Callable;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Each caller may make so many requests a minute.
@Tag("slow")
@QuarkusTest
@TestProfile(SharedInstallation.class)
class RateLimitTest {

    private static final int SECONDS_A_REQUEST = 60 / SharedInstallation.PER_MINUTE;
    /// A machine that is busy earns some of them meanwhile.
    private static final int MOST_TRIES = 10 * SharedInstallation.PER_MINUTE;

    private final String eager = UUID.randomUUID().toString();

    private RequestSpecification request() {
        return given().header("Authorization", "Bearer " + Token.of(eager));
    }

    /// @return how many requests were answered before one was refused
    private int exhaust() {
        for (var answered = 0; answered <= MOST_TRIES; answered++) {
            if (request().get("/v1/models").statusCode() == 429) {
                return answered;
            }
        }
        throw new AssertionError("there is no limit");
    }

    @Test
    void moreRequestsAreRefusedAndTheClientIsToldWhenToComeBack() throws Exception {
        assertThat(exhaust()).isGreaterThanOrEqualTo(SharedInstallation.PER_MINUTE);

        var problem = refused(() -> request().get("/adapters/x"));
        problem.then()
                .contentType("application/problem+json")
                .body("type", equalTo("urn:icm-lora:problem:rate-limit-exceeded"))
                .body("retry_after", equalTo(Integer.parseInt(problem.header("Retry-After"))));
        assertThat(problem.jsonPath().getString("detail"))
                .contains(SharedInstallation.PER_MINUTE + " requests a minute");
        refused(() -> request().get("/v1/models"))
                .then()
                .body("error.code", equalTo("rate_limit_exceeded"))
                .body("error.type", equalTo("rate_limit_error"));
        refused(() -> withLongBody(() -> request().body(new byte[2 << 20]).put("/adapters")));
    }

    private static Response refused(Callable<Response> request) throws Exception {
        for (var i = 0; i < MOST_TRIES; i++) {
            // One may have been earned since the last one.
            var response = request.call();
            if (response.statusCode() == 429) {
                assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(1, SECONDS_A_REQUEST);
                return response;
            }
        }
        throw new AssertionError("not refused");
    }

    @Test
    void othersAndOperationsAreNotConcerned() {
        exhaust();

        given().header("Authorization", "Bearer " + Token.of(UUID.randomUUID().toString()))
                .get("/v1/models")
                .then()
                .statusCode(200);
        given().get("/q/health/ready").then().statusCode(200);
        var metrics = given().header("Authorization", "Bearer " + SharedInstallation.KEY_OF_SCRAPER)
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(metrics.lines().filter(line -> line.startsWith("icm_lora_rate_limited_total ")))
                .singleElement()
                .satisfies(line ->
                        assertThat(Double.parseDouble(line.split(" ")[1])).isPositive());
        assertThat(metrics).doesNotContain(eager);
    }

    /// Quarkus sends the page's request round a second time, under another path.
    @Test
    void aRequestCountsOnce() {
        for (var i = 0; i < SharedInstallation.PER_MINUTE; i++) {
            request().get("/").then().statusCode(200);
        }
    }
}
