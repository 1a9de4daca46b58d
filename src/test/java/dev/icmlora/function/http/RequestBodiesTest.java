package dev.icmlora.function.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.quarkus.test.junit.QuarkusTest;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;

/// Clients that hold back the ends of their bodies, and clients that send forms.
@Tag("slow")
@QuarkusTest
class RequestBodiesTest {

    private static final int LENGTH = 1 << 20;
    /// Taken for each value, however short it is.
    private static final int VALUE_BYTES = 64;

    /// An eighth of the heap, where all clients are one caller. The second time finds all of it again.
    @RepeatedTest(2)
    void bodiesThatAreHeldBackTakeAPartOfTheHeap() throws IOException {
        takeAPartOfTheHeap("/generate", "application/json", "{" + " ".repeat(LENGTH - 2), LENGTH);
    }

    /// The first text opens another one for who reads bytes: half of U+2200 is a quotation mark.
    @Test
    void whatIsReadOfUtf16CountsToo() throws IOException {
        var json = "{\"x\":[\"\u2200\"" + ",{}".repeat(LENGTH / 6 - 4);
        var body = new String(json.getBytes(UTF_16BE), US_ASCII);

        takeAPartOfTheHeap("/generate", "application/json", body, LENGTH / 2 * VALUE_BYTES);
    }

    /// Also behind a text that does not end.
    @ParameterizedTest
    @ValueSource(strings = {"1\n", "1\r"})
    void linesOfJsonCountToo(String line) throws IOException {
        var body = "\"" + line.repeat(LENGTH / 2 - 1);

        takeAPartOfTheHeap("/functions/f/feedback", "application/x-ndjson", body, LENGTH / 2 * VALUE_BYTES);
    }

    @Test
    void whatIsReadForWhoLeavesCountsAndAShortBodyThatDoesNotComeIsNotWaitedFor() throws IOException {
        var body = "{\"x\":[{}" + ",{}".repeat(LENGTH / 3 - 4);
        var whole = body + " ".repeat(LENGTH - body.length() - 2) + "]}";
        var most = Runtime.getRuntime().maxMemory() / 8 / (LENGTH / 3 * 2 * VALUE_BYTES);
        for (var i = 0; i < most; i++) {
            Requests.begun("/v1/completions", "application/json", LENGTH, whole).close();
            // Its connection is closed here before that of a later one is accepted.
            given().get("/q/health/live").then().statusCode(200);
        }

        try (var reply = Requests.begun("/v1/completions", "application/json", LENGTH, body)) {
            assertThat(reply.readLine()).isEqualTo("HTTP/1.1 429 Too Many Requests");
        }
        // By the end of this wait, all of it is free again.
        try (var reply = Requests.begun("/generate", "application/json", 100, "{")) {
            assertThat(reply.lines())
                    .contains("HTTP/1.1 408 Request Timeout")
                    .anyMatch(line -> line.contains("After 5 s, the body must have come with 65536 bytes a second"));
        }
    }

    /// @param taken by each of these bodies, about
    private static void takeAPartOfTheHeap(String path, String type, String body, long taken) throws IOException {
        var most = Runtime.getRuntime().maxMemory() / 8 / taken;
        var held = new ArrayList<BufferedReader>();
        try {
            while (held.size() <= most) {
                held.add(Requests.begun(path, type, LENGTH, body));
            }
            Eventually.until(() -> !answered(held).isEmpty());

            var refused = answered(held);
            assertThat(refused).hasSizeLessThanOrEqualTo(2);
            assertThat(refused.getFirst().lines())
                    .contains("HTTP/1.1 429 Too Many Requests")
                    .anyMatch(line -> line.contains("bytes of bodies are at work already"));
            given().get("/v1/models").then().statusCode(200);
        } finally {
            for (var reply : held) {
                reply.close();
            }
        }
    }

    private static List<BufferedReader> answered(List<BufferedReader> replies) throws IOException {
        var answered = new ArrayList<BufferedReader>();
        for (var reply : replies) {
            if (reply.ready()) {
                answered.add(reply);
            }
        }
        return answered;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/generate",
                "/adapter",
                "/adapters/blend",
                "/v1/completions",
                "/jobs",
                "/functions/f",
                "/events/s3",
                "/",
                "/nothing",
                "/q/health/live"
            })
    void noFileOfAFormIsKept(String path) {
        var uploads = ConfigProvider.getConfig().getValue("quarkus.http.body.uploads-directory", Path.class);

        var status = given().multiPart("f", "f", new byte[1000]).post(path).statusCode();

        assertThat(status).isBetween(400, 499);
        assertThat(uploads).doesNotExist();
    }
}
