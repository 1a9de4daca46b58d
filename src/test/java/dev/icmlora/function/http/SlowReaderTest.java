package dev.icmlora.function.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/// A client that asks and asks over one connection, and does not read.
@QuarkusTest
class SlowReaderTest {

    private static final int REQUESTS = 1000;
    private static final String REQUEST = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LAST = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final long FEW = 16 << 20;

    @TestHTTPResource("/")
    URI function;

    @Test
    void isNotServedOnUntilItReads() throws Exception {
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(1 << 16);
            socket.connect(new InetSocketAddress(function.getHost(), function.getPort()));
            var before = buffered();
            var requests = (REQUEST.repeat(REQUESTS - 1) + LAST).getBytes(US_ASCII);
            var asking = Thread.startVirtualThread(() -> send(socket, requests));

            // The answers have 90 MB in all. Other clients are answered meanwhile.
            for (var i = 0; i < 50; i++) {
                given().get("/q/health/live").then().statusCode(200);
            }
            assertThat(buffered() - before).isLessThan(FEW);

            var answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            asking.join();
            assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(REQUESTS + 1);
        }
    }

    /// Bytes of direct buffers, in which answers wait to be sent.
    private static long buffered() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static void send(Socket socket, byte[] requests) {
        try {
            socket.getOutputStream().write(requests);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
