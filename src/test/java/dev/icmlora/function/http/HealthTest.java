package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.uri;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class HealthTest {

    /// As long as Kubernetes waits for the probe of liveness.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Inject
    Vertx vertx;

    @ParameterizedTest
    @CsvSource({"started,engine", "live,worker threads", "live,base model", "ready,room in the queue"})
    void isUpOnceStarted(String probe, String check) {
        given().get("/q/health/" + probe)
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"))
                .body("checks.name", hasItem(check));
    }

    private static void requireAnswers(HttpClient client) throws Exception {
        for (var probe : new String[] {"started", "live", "ready"}) {
            var request = HttpRequest.newBuilder(uri("/q/health/" + probe))
                    .timeout(PATIENCE)
                    .build();
            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void answersWhileEveryThreadForBlockingWorkWaits() throws Exception {
        var end = new CountDownLatch(1);
        Callable<Boolean> waiting = () -> {
            end.await();
            return true;
        };
        // More than Quarkus' pool has threads.
        var tasks = 2 * Math.max(200, 8 * Runtime.getRuntime().availableProcessors());
        try (var client = HttpClient.newHttpClient()) {
            for (var i = 0; i < tasks; i++) {
                vertx.executeBlocking(waiting, false);
            }
            var oneMore = vertx.executeBlocking(() -> true, false);
            requireAnswers(client);
            assertThat(oneMore.isComplete()).as("a thread was free").isFalse();
        } finally {
            end.countDown();
        }
    }

    /// A computation on a virtual thread keeps one of the threads that all of them share.
    @Test
    void answersWhileNoVirtualThreadRuns() throws Exception {
        var end = new AtomicBoolean();
        var computing = new CountDownLatch(Runtime.getRuntime().availableProcessors());
        try (var client = HttpClient.newHttpClient()) {
            for (var i = computing.getCount(); i > 0; i--) {
                Thread.startVirtualThread(() -> {
                    computing.countDown();
                    while (!end.get()) {
                        Thread.onSpinWait();
                    }
                });
            }
            computing.await();
            var oneMore = new CompletableFuture<Void>();
            Thread.startVirtualThread(() -> oneMore.complete(null));
            requireAnswers(client);
            assertThat(oneMore.isDone()).as("a virtual thread ran").isFalse();
        } finally {
            end.set(true);
        }
    }
}
