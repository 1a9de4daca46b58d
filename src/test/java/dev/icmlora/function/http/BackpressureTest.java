package dev.icmlora.function.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Eventually;

/// Connections whose clients take nothing of what waits for them, or little.
@Tag("slow")
class BackpressureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final byte[] LARGE = new byte[4 << 20];
    private static final byte[] EVENT = new byte[1 << 14];
    private static final int LITTLE = 1 << 12;
    private static final int STEPS = 40;

    private final BlockingQueue<RoutingContext> requests = new LinkedBlockingQueue<>();
    private final Vertx vertx = Vertx.vertx();
    private final Socket client = new Socket();

    @BeforeEach
    void listen() throws Exception {
        var router = Router.router(vertx);
        router.route().handler(new Connections(vertx, PATIENCE)::serve);
        router.route().handler(requests::add);
        var server = vertx.createHttpServer(new HttpServerOptions().setSendBufferSize(SmallSendBuffers.BYTES))
                .requestHandler(router)
                .listen(0, InetAddress.getLoopbackAddress().getHostAddress())
                .toCompletionStage()
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES);
        client.setReceiveBufferSize(1 << 11);
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.actualPort()));
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        vertx.close();
    }

    private RoutingContext request() throws InterruptedException {
        return requests.poll(1, TimeUnit.MINUTES);
    }

    @Test
    void whoReadsNothingIsLeft() throws Exception {
        var request = request();
        var closed = new CountDownLatch(1);
        request.request().connection().closeHandler(_ -> closed.countDown());
        request.response().end(Buffer.buffer(LARGE));

        assertThat(closed.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void whoReadsNothingOfAStreamIsLeft() throws Exception {
        var request = request();
        var stream = request.response().setChunked(true);
        var closed = new CountDownLatch(1);
        request.request().connection().closeHandler(_ -> closed.countDown());
        vertx.setPeriodic(1, _ -> {
            if (!stream.closed() && !stream.writeQueueFull()) {
                stream.write(Buffer.buffer(EVENT));
            }
        });

        assertThat(closed.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void whoTakesALittleNowAndThenIsLeft() throws Exception {
        var request = request();
        var closed = new CountDownLatch(1);
        request.request().connection().closeHandler(_ -> closed.countDown());
        request.response().end(Buffer.buffer(LARGE));
        Thread.startVirtualThread(() -> {
            try {
                while (client.getInputStream().readNBytes(LITTLE).length == LITTLE) {
                    Thread.sleep(PATIENCE.dividedBy(3));
                }
            } catch (IOException | InterruptedException e) {
                closed.countDown();
            }
        });

        assertThat(closed.await(STEPS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aStreamThatSaysLittleGoesOn() throws Exception {
        var stream = request().response().setChunked(true);
        vertx.setPeriodic(PATIENCE.dividedBy(3).toMillis(), _ -> stream.write("data: x\n\n"));

        var events = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
        assertThat(events.lines().filter("data: x"::equals).limit(9)).hasSize(9);
    }

    @Test
    void whoReadsSlowlyGetsAll() throws Exception {
        request().response().end(Buffer.buffer(LARGE));

        var in = client.getInputStream();
        for (var i = 0; i < STEPS; i++) {
            assertThat(in.readNBytes(LARGE.length / STEPS)).hasSize(LARGE.length / STEPS);
            Thread.sleep(PATIENCE.dividedBy(STEPS / 2));
        }
    }

    @Test
    void whoWaitsForItsReplyGetsIt() throws Exception {
        var request = request();
        vertx.setTimer(
                PATIENCE.multipliedBy(2).toMillis(), _ -> request.response().end());

        Eventually.until(() -> request.response().ended());
        assertThat(new String(client.getInputStream().readNBytes("HTTP/1.1 200".length()), US_ASCII))
                .isEqualTo("HTTP/1.1 200");
    }
}
