package dev.icmlora.function.events;

import java.util.Map;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.events.TaskEvents.Outcome;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.JsonBody;

/// Events that are no CloudEvents, and how all deliveries ended.
@Path("/events")
@Tag(name = "events")
@APIResponse(responseCode = "default", ref = "Problem")
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
    @Operation(operationId = "eventCounts", summary = "How deliveries ended since the start")
    @APIResponse(
            responseCode = "200",
            description = "Each way to end, with its count",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "EventCounts")))
    public Map<Outcome, Long> counts() {
        client.require(Role.EVENTS, Role.METRICS);
        return events.counts();
    }

    @POST
    @Path("/s3")
    @Operation(
            operationId = "s3Notification",
            summary = "Take a notification in S3's own form, as MinIO, Ceph and others send it")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(ref = "S3Notification"),
                            examples = {
                                @ExampleObject(name = "test", value = """
                    {"Service": "Amazon S3", "Event": "s3:TestEvent"}"""),
                                @ExampleObject(name = "created", value = """
                    {"Records": [{"eventName": "s3:ObjectCreated:Put",
                    "s3": {"bucket": {"name": "bucket"}, "object": {"key": "tasks%2Fintent.json", "eTag": "1"}}}]}""")
                            }))
    @APIResponse(responseCode = "204", description = "Done, or nothing to do: do not send it again")
    @APIResponse(responseCode = "503", ref = "Again")
    public Uni<Void> s3(@Context RoutingContext context) {
        client.require(Role.EVENTS);
        JsonBody.requireJson(context);
        var all = EventReader.ofNotification(json.tree(context)).stream()
                .map(event -> events.deliver(() -> event))
                .toList();
        return Uni.join().all(all).andCollectFailures().replaceWithVoid();
    }

    @POST
    @Path("/pubsub")
    @Operation(
            operationId = "pubsubPush",
            summary = "Take a notification of Google Cloud Storage that a push subscription of Pub/Sub delivers")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(ref = "PubSubPush"),
                            examples = @ExampleObject(name = "finalized", value = """
                    {"message": {"attributes": {"eventType": "OBJECT_FINALIZE", "bucketId": "bucket",
                    "objectId": "tasks/intent.json", "objectGeneration": "1"}, "messageId": "1"}}""")))
    @APIResponse(responseCode = "204", description = "Done, or nothing to do: do not send it again")
    @APIResponse(responseCode = "503", ref = "Again")
    public Uni<Void> pubsub(@Context RoutingContext context) {
        client.require(Role.EVENTS);
        var event = EventReader.ofPush(json.object(context));
        return events.deliver(() -> event);
    }
}
