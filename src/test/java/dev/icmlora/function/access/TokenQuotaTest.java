package dev.icmlora.function.access;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;

/// Each caller may use so many tokens a day.
@Tag("slow")
@QuarkusTest
@TestProfile(SharedInstallation.class)
class TokenQuotaTest {

    private static final int LONGEST_TEXT = 500;
    private static final int PER_DAY = SharedInstallation.TOKENS_PER_DAY;
    private static final double SECONDS_A_TOKEN = Duration.ofDays(1).toSeconds() / (double) PER_DAY;
    private static final int LOOKS = 50;
    /// Half of all, for one caller.
    private static final int DOWNLOADS = 16;
    /// The first ones are quick; then as often as the limit of requests allows.
    private static final int QUICK_LOOKS = 10;
    private static final long PAUSE_MILLIS = 300;
    private static final long LONG_PAUSE_MILLIS = 1_000;

    private final String caller = UUID.randomUUID().toString();
    /// Tokens that replies told of.
    private int told;

    private Response post(String path, Object body) {
        return given().header("Authorization", "Bearer " + Token.of(caller))
                .contentType(ContentType.JSON)
                .body(body)
                .post(path);
    }

    /// In texts that the encoder reads whole, each with four tokens of its own beside its words.
    private Response embed(String model, int tokens) {
        var texts = new ArrayList<String>();
        for (var left = tokens; left > 0; left -= LONGEST_TEXT) {
            texts.add("dog ".repeat(Math.max(1, Math.min(left, LONGEST_TEXT) - 4)));
        }
        return post("/v1/embeddings", Map.of("model", model, "input", texts));
    }

    private void served(Response reply) {
        told += reply.then().statusCode(200).extract().<Integer>path("usage.prompt_tokens");
    }

    /// Asks for what takes no tokens, since there is no such model, until there are none.
    private void awaitRefusal() throws InterruptedException {
        for (var i = 0; i < LOOKS; i++) {
            var reply = embed("no such model", 1);
            if (reply.statusCode() == 429) {
                reply.then().body("error.code", equalTo("insufficient_quota"));
                return;
            }
            Thread.sleep(i < QUICK_LOOKS ? PAUSE_MILLIS : LONG_PAUSE_MILLIS);
        }
        throw new AssertionError("not refused");
    }

    private static Map<String, Object> task() {
        return Requests.task("Write the plural of the word, " + UUID.randomUUID(), Requests.PLURALS);
    }

    @Test
    void whoeverHasUsedMoreThanThereWereWaitsUntilTheyAreThere() {
        served(embed(Requests.ENCODER, PER_DAY * 2 / 3));
        served(embed(Requests.ENCODER, PER_DAY * 2 / 3));
        assertThat(told).isGreaterThan(PER_DAY);

        var refused = embed(Requests.ENCODER, 1);
        refused.then()
                .statusCode(429)
                .body("error.code", equalTo("insufficient_quota"))
                .body("error.type", equalTo("rate_limit_error"));
        var wait = (told + 1 - PER_DAY) * SECONDS_A_TOKEN;
        assertThat(Double.parseDouble(refused.header("Retry-After"))).isBetween(wait - 120, wait + 1);
        var problem = post("/generate", Map.of("task", task(), "inputs", List.of("x")));
        problem.then()
                .statusCode(429)
                .body("type", equalTo("urn:icm-lora:problem:token-quota-exceeded"))
                .body("detail", containsString(PER_DAY + " tokens a day, of which 0 are left"))
                .body("retry_after", equalTo(Integer.parseInt(problem.header("Retry-After"))));
        post("/adapter", Map.of("task", task())).then().statusCode(429);
        // Nor is its schema read, which takes time.
        var wrong = Map.of("type", "json_schema", "json_schema", Map.of("schema", Map.of("type", "text")));
        var chat = Requests.chat("x");
        post("/v1/chat/completions", Requests.with(chat, "response_format", wrong))
                .then()
                .statusCode(429);
        post("/generate", Requests.with(Requests.body(task(), "x"), "schema", Map.of("type", "text")))
                .then()
                .statusCode(429);
        // What takes no tokens goes on, and so does who has some.
        given().header("Authorization", "Bearer " + Token.of(caller))
                .get("/v1/models")
                .then()
                .statusCode(200);
        given().header("Authorization", "Bearer " + Token.of(UUID.randomUUID().toString()))
                .contentType(ContentType.JSON)
                .body(Map.of("model", Requests.ENCODER, "input", "dog"))
                .post("/v1/embeddings")
                .then()
                .statusCode(200);
    }

    /// Each of four steps takes three examples of more than twenty tokens, by far more than were left.
    @Test
    void whatIsTunedOnCountsAtEachStep() throws InterruptedException {
        served(embed(Requests.ENCODER, PER_DAY - 200));

        served(post("/adapter", Map.of("task", task(), "tune", Map.of("steps", 4))));

        awaitRefusal();
        assertThat(told).isLessThan(PER_DAY);
    }

    @Test
    void soItDoesInTheBackground() throws InterruptedException {
        served(embed(Requests.ENCODER, PER_DAY - 250));

        var request = Requests.with(Requests.body(task(), "dog"), "mode", "tuned");
        served(post("/generate", Requests.with(request, "tune", Map.of("steps", 4, "when", "background"))));

        awaitRefusal();
        assertThat(told).isLessThan(PER_DAY - 10);
    }

    /// What was read until then is more than was left, and far less than the task has.
    @Test
    void whoeverLeavesATaskHasUsedWhatWasReadOfIt() throws Exception {
        var word = "red tree house sea light stone river cloud ".repeat(20);
        var long16 = Collections.nCopies(
                16, Map.of("input", word, "output", UUID.randomUUID().toString()));
        served(embed(Requests.ENCODER, PER_DAY - 20));
        var body = Map.of("task", Map.of("description", "Say it.", "examples", long16));
        var request = HttpRequest.newBuilder(Requests.uri("/adapter"))
                .header("Authorization", "Bearer " + Token.of(caller))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Requests.JSON.writeValueAsString(body)))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var reply = client.sendAsync(request, BodyHandlers.discarding());
            awaitBusy();
            assertThat(reply).isNotDone();
            client.shutdownNow();
        }

        awaitRefusal();
        var used = PER_DAY - 1 + retryAfter() / SECONDS_A_TOKEN;
        assertThat(used - told).isLessThan(1500);
    }

    private static void awaitBusy() {
        Eventually.until(() -> given().header("Authorization", "Bearer " + SharedInstallation.KEY_OF_SCRAPER)
                .get("/q/metrics")
                .asString()
                .contains("icm_lora_workers_busy 1.0"));
    }

    private double retryAfter() {
        return Double.parseDouble(embed("no such model", 1).header("Retry-After"));
    }

    @Test
    void whatFindsNoPlaceForItsReplyIsNotComputed() throws Exception {
        var adapter = post("/adapter", Map.of("task", task()));
        served(adapter);
        var readers = new ArrayList<Socket>();
        try {
            // Half of what replies to others leave, which may not have ended yet.
            while (statusOfUnread("/adapters/" + adapter.path("id"), readers) == 200) {
                assertThat(readers).hasSizeLessThanOrEqualTo(DOWNLOADS);
            }

            embed(Requests.ENCODER, PER_DAY)
                    .then()
                    .statusCode(429)
                    .body("error.message", containsString(" downloads are on their way already"));
        } finally {
            for (var reader : readers) {
                reader.close();
            }
        }
        // Else more tokens would be used than there are.
        Eventually.until(() -> {
            Thread.sleep(PAUSE_MILLIS);
            return embed(Requests.ENCODER, 1).statusCode() == 200;
        });
    }

    /// Asks for something, and reads no more of the reply than its status.
    ///
    /// @param readers to which the client is added
    private int statusOfUnread(String path, List<Socket> readers) throws IOException {
        var address = Requests.uri("");
        var socket = new Socket();
        readers.add(socket);
        socket.setReceiveBufferSize(1 << 11);
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
        var request = "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
                .formatted(path, Token.of(caller));
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        var status = new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), US_ASCII);
        return Integer.parseInt(status.substring("HTTP/1.1 ".length()));
    }

    @Test
    void whoeverLeavesAStreamHasUsedWhatWasReadForIt() throws Exception {
        var body = Map.of(
                "model",
                Requests.BASE,
                "prompt",
                "dog ".repeat(PER_DAY),
                "max_tokens",
                2000,
                "ignore_eos",
                true,
                "stream",
                true);
        var request = HttpRequest.newBuilder(Requests.uri("/v1/completions"))
                .header("Authorization", "Bearer " + Token.of(caller))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Requests.JSON.writeValueAsString(body)))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var reply = client.send(request, BodyHandlers.ofLines());
            assertThat(reply.statusCode()).isEqualTo(200);
            try (var lines = reply.body()) {
                assertThat(lines.anyMatch(line -> line.startsWith("data: {"))).isTrue();
            }
            client.shutdownNow();
        }

        awaitRefusal();
    }
}
