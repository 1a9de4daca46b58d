package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.client.IcmLoraException.FieldError;
import dev.icmlora.client.ScriptedServer.Received;
import dev.icmlora.client.ScriptedServer.Reply;

/// What the client does where a function is busy, or is not there.
class RetryTest {

    private static final Reply ANSWER = Reply.ok("{\"outputs\": [\"yes\"], \"details\": [{\"confidence\": 0.5}]}");

    private static TypedFunction<String, String> echo(ScriptedServer server, Duration timeout) {
        return IcmLoraClient.of(server.address())
                .withKey("secret")
                .function(String.class, String.class)
                .describedAs("Say it.")
                .timeout(timeout)
                .build();
    }

    private static TypedFunction<String, String> echo(ScriptedServer server) {
        return echo(server, Duration.ofSeconds(20));
    }

    /// Between the first two requests.
    private static Duration pause(List<Received> received) {
        return Duration.ofNanos(received.get(1).nanos() - received.get(0).nanos());
    }

    @Test
    void aBusyFunctionIsAskedAgainWhenItSaysSo() throws IOException {
        try (var server = new ScriptedServer(Reply.of(429).retryAfter("1"), Reply.of(503), ANSWER)) {
            assertThat(echo(server).apply("a")).isEqualTo("yes");

            assertThat(server.received()).hasSize(3);
            assertThat(server.received().get(2).body())
                    .isEqualTo(server.received().get(0).body());
            assertThat(pause(server.received())).isBetween(Duration.ofMillis(990), Duration.ofSeconds(5));
        }
    }

    @Test
    void eachRetryIsTold() throws IOException {
        var retries = new AtomicInteger();
        try (var server = new ScriptedServer(Reply.of(503), ScriptedServer.BROKEN, ANSWER, ANSWER)) {
            var client = IcmLoraClient.of(server.address())
                    .onRetry(retries::incrementAndGet)
                    .withKey("secret")
                    .withTimeout(Duration.ofSeconds(20));
            client.post("/generate", Json.MAPPER.createObjectNode());
            assertThat(retries).hasValue(2);
            client.post("/generate", Json.MAPPER.createObjectNode());
            assertThat(retries).hasValue(2);
        }
    }

    @Test
    void aDateIsATimeToo() throws IOException {
        var later = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2);
        var busy = Reply.of(503).retryAfter(DateTimeFormatter.RFC_1123_DATE_TIME.format(later));
        try (var server = new ScriptedServer(busy, ANSWER)) {
            assertThat(echo(server).apply("a")).isEqualTo("yes");

            // A date has no fractions of a second.
            assertThat(pause(server.received())).isGreaterThan(Duration.ofMillis(900));
        }
    }

    @Test
    void aBrokenConnectionIsMadeAgain() throws IOException {
        try (var server = new ScriptedServer(ScriptedServer.BROKEN, ScriptedServer.BROKEN, ANSWER)) {
            assertThat(echo(server).apply("a")).isEqualTo("yes");
            assertThat(server.received()).hasSize(3);
        }
    }

    @Test
    void aFunctionThatIsNotThereIsNotAskedForLong() throws IOException {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        var nobody = IcmLoraClient.of(URI.create("http://127.0.0.1:" + free))
                .function(String.class, String.class)
                .describedAs("Say it.")
                .build();

        var begin = System.nanoTime();
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> nobody.apply("a"))
                .withMessageStartingWith("Nothing answers at http://127.0.0.1:" + free)
                .satisfies(e -> assertThat(e.status()).isZero());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }

    /// As one does whose node is gone: nobody refuses the connection.
    @Test
    void anAddressThatSwallowsConnectionsIsTriedAgain() throws IOException {
        var http =
                HttpClient.newBuilder().connectTimeout(Duration.ofMillis(200)).build();
        var others = new Socket[2];
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (var i = 0; i < others.length; i++) {
                others[i] = new Socket(full.getInetAddress(), full.getLocalPort());
            }
            var address = URI.create("http://127.0.0.1:" + full.getLocalPort() + "/");
            var transport =
                    new Transport(address, Optional.empty(), Optional.empty(), Duration.ofSeconds(20), http, () -> {});
            var begin = System.nanoTime();

            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(() -> transport.text(Call.get("/").once()))
                    .withMessageStartingWith("Nothing answers at " + address);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(4 * 200));
        } finally {
            for (var other : others) {
                other.close();
            }
        }
    }

    @Test
    void aReplyThatDoesNotEndIsWaitedForUntilTheTimeout() throws IOException {
        try (var server = new ScriptedServer(ANSWER.stalled())) {
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(() -> echo(server, Duration.ofMillis(300)).apply("a"))
                    .withMessageContaining("within PT0.3S");
        }
    }

    @Test
    void itIsGivenUpWhereThePauseWouldBeTooLong() throws IOException {
        try (var server = new ScriptedServer(Reply.of(429).retryAfter("30"))) {
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(() -> echo(server).apply("a"))
                    .satisfies(e -> assertThat(e.status()).isEqualTo(429))
                    .withMessage("429 The function is busy");
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void aFunctionThatSaysNothingIsWaitedForUntilTheTimeout() throws IOException {
        try (var server = new ScriptedServer()) {
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(() -> echo(server, Duration.ofMillis(300)).apply("a"))
                    .withMessageContaining("within PT0.3S")
                    .satisfies(e -> assertThat(e.status()).isZero());
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void whoIsInterruptedWaitsNoLonger() throws IOException {
        try (var server = new ScriptedServer()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> echo(server).apply("a")).hasMessageContaining("Interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void theKeyIsSentAndWhatThePathOfTheAddressIs() throws IOException {
        try (var server = new ScriptedServer(ANSWER)) {
            IcmLoraClient.of(URI.create(server.address() + "/behind/a/proxy"))
                    .withKey("secret")
                    .function(String.class, String.class)
                    .describedAs("Say it.")
                    .build()
                    .apply("a");

            assertThat(server.received().get(0).authorization()).isEqualTo("Bearer secret");
            assertThat(server.received().get(0).path()).isEqualTo("/behind/a/proxy/generate");
        }
    }

    @Test
    void whatTakesTooLongIsAskedInHalves() throws IOException {
        var two = Reply.ok("{\"outputs\": [\"1\", \"2\"], \"details\": [{}, {}]}");
        var one = Reply.ok("{\"outputs\": [\"3\"], \"details\": [{}]}");
        try (var server = new ScriptedServer(Reply.of(504), two, Reply.of(413), one, one, one)) {
            var answers = echo(server).askAll(List.of("a", "b", "c", "d", "e"));

            assertThat(answers).extracting(answer -> answer.orElseThrow()).containsExactly("1", "2", "3", "3", "3");
            assertThat(server.received())
                    .extracting(received -> received.body().get("inputs").size())
                    .containsExactly(5, 2, 2, 1, 1, 1);
        }
    }

    @Test
    void moreInputsThanARequestTakesComeInTheirOrder() throws IOException {
        var inputs = IntStream.range(0, 257).mapToObj(Integer::toString).toList();
        try (var server = new ScriptedServer(echoed(inputs.subList(0, 256)), echoed(inputs.subList(256, 257)))) {
            assertThat(echo(server).askAll(inputs))
                    .extracting(answer -> answer.orElseThrow())
                    .containsExactlyElementsOf(inputs);

            assertThat(server.received())
                    .extracting(received -> received.body().at("/inputs/0").textValue())
                    .containsExactly("0", "256");
        }
    }

    @Test
    void ofMoreInputsThanARequestTakesTheWrongOneIsNamed() throws IOException {
        var inputs = IntStream.range(0, 258).mapToObj(Integer::toString).toList();
        var why = "/inputs/1 must not be empty";
        var wrong = """
                {"title": "The request is not valid", "status": 400, "detail": "%s",
                 "errors": [{"field": "/inputs/1", "message": "%s"}]}""".formatted(why, why);
        try (var server = new ScriptedServer(echoed(inputs.subList(0, 256)), new Reply(400, null, wrong))) {
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(() -> echo(server).askAll(inputs))
                    .satisfies(e ->
                            assertThat(e.errors()).extracting(FieldError::field).containsExactly("/inputs/257"))
                    .withMessageContaining("/inputs/257");
        }
    }

    private static Reply echoed(List<String> inputs) {
        var outputs = inputs.stream().map(input -> '"' + input + '"').toList();
        return Reply.ok("{\"outputs\": %s, \"details\": []}".formatted(outputs));
    }

    @Test
    void whatIsNoFunctionIsSaidToBeNone() throws IOException {
        try (var server = new ScriptedServer(Reply.ok("<html>"), Reply.ok("{}"), new Reply(502, null, "<html>"))) {
            assertThatThrownBy(() -> echo(server).apply("a")).hasMessageContaining("is no JSON");
            assertThatThrownBy(() -> echo(server).apply("a")).hasMessageContaining("0 outputs for 1 inputs");
            assertThatThrownBy(() -> echo(server).apply("a")).hasMessage("502 HTTP status: <html>");
        }
        try (var gateway = new ScriptedServer(new Reply(401, null, "{\"error\": \"unauthorized\"}"))) {
            assertThatThrownBy(() -> echo(gateway).apply("a")).hasMessageContaining("unauthorized");
        }
    }
}
