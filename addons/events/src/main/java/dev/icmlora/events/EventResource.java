package dev.icmlora.events;

import java.util.Map;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;

import dev.icmlora.events.TaskEvents.Outcome;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.JsonBody;

/// Takes events that are no CloudEvents, and tells how many deliveries ended how.
@Path("/events")
public final class EventResource {

    private final TaskEvents events;
    private final ClientConnection client;
    private final JsonBody json;

    EventResource(TaskEvents events, ClientConnection client, JsonBody json) {
        this.events = events;
        this.client = client;
        this.json = json;
    }

    @GET
    public Map<Outcome, Long> counts() {
        client.require(Role.EVENTS, Role.METRICS);
        return events.counts();
    }

    @POST
    @Path("/s3")
    @RunOnVirtualThread
    public void s3(@Context RoutingContext context) {
        client.require(Role.EVENTS);
        JsonBody.requireJson(context);
        var all = EventReader.ofNotification(json.tree(context)).stream()
                .map(event -> events.deliver(() -> event))
                .toList();
        Uni.join().all(all).andCollectFailures().await().indefinitely();
    }

    @POST
    @Path("/pubsub")
    @RunOnVirtualThread
    public void pubsub(@Context RoutingContext context) {
        client.require(Role.EVENTS);
        var event = EventReader.ofPush(json.object(context));
        events.deliver(() -> event).await().indefinitely();
    }
}
