package dev.icmlora.function.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.EventCounts.Outcome;
import dev.icmlora.function.events.StorageEvent.Other;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.JsonBody;

/// Events that are no CloudEvents, and how all deliveries ended.
@Path("/events")
public final class EventResource {

    private final EventDeliveries deliveries;
    private final EventCounts counts;
    private final ClientConnection client;
    private final JsonBody json;

    EventResource(EventDeliveries deliveries, EventCounts counts, ClientConnection client, JsonBody json) {
        this.deliveries = deliveries;
        this.counts = counts;
        this.client = client;
        this.json = json;
    }

    @GET
    public Map<Outcome, Long> counts() {
        client.require(Role.EVENTS, Role.METRICS);
        return counts.all();
    }

    @POST
    @Path("/s3")
    public Uni<Void> s3(@Context RoutingContext context) {
        client.require(Role.EVENTS);
        JsonBody.requireJson(context);
        var all = events(json.tree(context)).stream()
                .map(event -> deliveries.deliver(() -> event))
                .toList();
        return Uni.join().all(all).andCollectFailures().replaceWithVoid();
    }

    @POST
    @Path("/pubsub")
    public Uni<Void> pubsub(@Context RoutingContext context) {
        client.require(Role.EVENTS);
        var event = GoogleEvents.ofPush(json.object(context));
        return deliveries.deliver(() -> event);
    }

    /// S3's own notification, as MinIO, Ceph and others send it to a webhook: one or more records.
    static List<StorageEvent> events(JsonNode notification) {
        if (!notification.isObject()) {
            throw RequestException.invalid(new Violation("", "an object", null, "the body must be an object"));
        }
        var records = notification.path("Records");
        if (!records.isArray() && !records.isMissingNode()) {
            throw RequestException.invalid(
                    new Violation("/Records", "an array", Violation.shown(records), "/Records must be an array"));
        }
        // A message that tests the connection has none.
        if (records.isEmpty()) {
            return List.of(new Other("a message without records"));
        }
        var events = new ArrayList<StorageEvent>();
        records.forEach(record -> events.add(S3Events.ofNotification(record)));
        return events;
    }
}
