package dev.icmlora.function.events;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.StorageEvent.Other;

/// Events that are no CloudEvents, and how all deliveries ended. Plain routes: a JAX-RS resource cannot read a body
/// that came by HTTP/2 and was collected for Funqy before.
@Singleton
final class NotificationRoutes {

    private final EventDeliveries deliveries;
    private final EventCounts counts;
    private final ObjectMapper json;

    NotificationRoutes(EventDeliveries deliveries, EventCounts counts, ObjectMapper json) {
        this.deliveries = deliveries;
        this.counts = counts;
        this.json = json;
    }

    void register(@Observes Router router) {
        router.route(HttpMethod.POST, "/events/s3").handler(this::s3);
        router.route(HttpMethod.GET, "/events").handler(this::counts);
    }

    /// S3's own notification, as MinIO, Ceph and others send it to a webhook: one or more records.
    private void s3(RoutingContext context) {
        var eventLoop = context.vertx().getOrCreateContext();
        var all = events(body(context)).stream()
                .map(event -> deliveries.deliver(() -> event))
                .toList();
        Uni.join()
                .all(all)
                .andCollectFailures()
                .subscribe()
                .with(
                        done -> eventLoop.runOnContext(
                                reply -> context.response().setStatusCode(204).end()),
                        failure -> eventLoop.runOnContext(reply -> context.fail(failure)));
    }

    static List<StorageEvent> events(JsonNode notification) {
        if (!notification.isObject()) {
            throw new InvalidRequestException(new Violation("", "an object", null, "the body must be an object"));
        }
        // A message that tests the connection has none.
        var records = notification.path("Records");
        if (records.isEmpty()) {
            return List.of(new Other("a message without records"));
        }
        var events = new ArrayList<StorageEvent>();
        records.forEach(record -> events.add(S3Events.ofNotification(record)));
        return events;
    }

    private JsonNode body(RoutingContext context) {
        try {
            var body = context.body().buffer();
            return json.readTree(body == null ? new byte[0] : body.getBytes());
        } catch (IOException e) {
            throw new InvalidRequestException(
                    new Violation("", "JSON", null, "the body is not well-formed JSON: " + e.getMessage()));
        }
    }

    private void counts(RoutingContext context) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(json.valueToTree(counts.all()).toString());
    }
}
