package dev.icmlora.function.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.Eventually;
import dev.icmlora.function.error.RequestException;

class LowPriorityPlacesTest {

    private static final int MANY = 20;
    private static final String CALLER = "one";

    private static boolean isTaken(LowPriorityWork places, RoutingContext request) {
        try {
            places.take(CALLER, request);
            return true;
        } catch (RequestException e) {
            return false;
        }
    }

    private final List<Socket> clients = new ArrayList<>();
    private final BlockingQueue<RoutingContext> requests = new LinkedBlockingQueue<>();
    private final Vertx vertx = Vertx.vertx();
    private final LowPriorityWork places = new LowPriorityWork(all -> all, () -> false);
    private int port;

    @BeforeEach
    void listen() throws Exception {
        var router = Router.router(vertx);
        router.route().handler(requests::add);
        port = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, InetAddress.getLoopbackAddress().getHostAddress())
                .toCompletionStage()
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES)
                .actualPort();
    }

    @AfterEach
    void close() throws Exception {
        leave();
        vertx.close();
    }

    /// A request that is not answered.
    private RoutingContext request() throws Exception {
        var client = new Socket(InetAddress.getLoopbackAddress(), port);
        clients.add(client);
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
        return requests.poll(1, TimeUnit.MINUTES);
    }

    private void leave() throws Exception {
        for (var client : clients) {
            client.close();
        }
        clients.clear();
    }

    @Test
    void aClientThatLeftBeforeItsRequestWasBegunWithTakesNoPlace() throws Exception {
        var request = request();
        leave();
        Eventually.until(() -> request.response().closed());

        for (var i = 0; i < MANY; i++) {
            Eventually.until(() -> isTaken(places, request));
        }
    }

    /// Or a client that comes and goes would fill all threads with work that waits for its turn.
    @Test
    void workThatGoesOnKeepsThePlaceOfAClientThatLeft() throws Exception {
        var end = new CountDownLatch(1);
        var begun = new CountDownLatch(4);
        var all = new ArrayList<RoutingContext>();
        for (var i = 0; i < 4; i++) {
            var request = request();
            all.add(request);
            places.take(CALLER, request);
            Thread.ofVirtual()
                    .start(() -> LowPriorityWork.holding(request, () -> {
                        begun.countDown();
                        return awaited(end);
                    }));
        }
        begun.await();
        leave();
        Eventually.until(
                () -> all.stream().allMatch(request -> request.response().closed()));
        var next = request();
        assertThat(isTaken(places, next)).isFalse();

        end.countDown();

        Eventually.until(() -> isTaken(places, next));
    }

    @Test
    void oneCallerLeavesPlacesToOthers() throws Exception {
        var shared = new LowPriorityWork(all -> Math.max(1, all / 2), () -> false);
        shared.take(CALLER, request());
        shared.take(CALLER, request());
        assertThat(isTaken(shared, request())).isFalse();

        shared.take("another", request());
        shared.take("yet another", request());

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> shared.take("a third", request()))
                .withMessageContaining("4");
    }

    @Test
    void workOfAClientThatLeftIsNotBegun() throws Exception {
        var request = request();
        places.take(CALLER, request);
        leave();

        Eventually.until(() -> isCancelled(request));
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isCancelled(RoutingContext request) {
        try {
            return LowPriorityWork.holding(request, () -> false);
        } catch (CancelledException e) {
            return true;
        }
    }
}
