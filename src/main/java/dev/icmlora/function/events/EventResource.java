package dev.icmlora.function.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.EventCounts.Outcome;
import dev.icmlora.function.events.StorageEvent.Other;

/// Events that are no CloudEvents, and how all deliveries ended.
@Path("/events")
public final class EventResource {

    private final EventDeliveries deliveries;
    private final EventCounts counts;

    EventResource(EventDeliveries deliveries, EventCounts counts) {
        this.deliveries = deliveries;
        this.counts = counts;
    }

    /// S3's own notification, as MinIO, Ceph and others send it to a webhook: one or more records.
    @POST
    @Path("/s3")
    @Consumes(MediaType.APPLICATION_JSON)
    public Uni<Void> s3(JsonNode notification) {
        if (notification == null || !notification.isObject()) {
            throw new InvalidRequestException(new Violation("", "an object", null, "the body must be an object"));
        }
        // A message that tests the connection has none.
        var records = notification.path("Records");
        List<StorageEvent> events = new ArrayList<>();
        records.forEach(record -> events.add(S3Events.ofNotification(record)));
        if (records.isMissingNode()) {
            events.add(new Other("a message without records"));
        }
        var all = events.stream().map(event -> deliveries.deliver(() -> event)).toList();
        return Uni.join().all(all).andCollectFailures().replaceWithVoid();
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Map<Outcome, Long> counts() {
        return counts.all();
    }
}
