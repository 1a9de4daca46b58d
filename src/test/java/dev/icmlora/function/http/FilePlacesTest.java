package dev.icmlora.function.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.error.QueueFullException;

class FilePlacesTest {

    private static final int MANY = 20;

    private static boolean isTaken(FilePlaces places, RoutingContext request) {
        try {
            places.take(request);
            return true;
        } catch (QueueFullException e) {
            return false;
        }
    }

    @Test
    void aClientThatLeftBeforeItsRequestWasBegunWithTakesNoPlace() throws Exception {
        var vertx = Vertx.vertx();
        try {
            var left = new CompletableFuture<RoutingContext>();
            var router = Router.router(vertx);
            router.route().handler(request -> request.response().closeHandler(_ -> left.complete(request)));
            var loopback = InetAddress.getLoopbackAddress();
            var server = vertx.createHttpServer()
                    .requestHandler(router)
                    .listen(0, loopback.getHostAddress())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(1, TimeUnit.MINUTES);
            try (var client = new Socket(loopback, server.actualPort())) {
                client.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            }
            var request = left.get(1, TimeUnit.MINUTES);

            var places = new FilePlaces();
            for (var i = 0; i < MANY; i++) {
                Eventually.until(() -> isTaken(places, request));
            }
        } finally {
            vertx.close();
        }
    }
}
