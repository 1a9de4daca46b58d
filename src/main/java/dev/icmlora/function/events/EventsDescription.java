package dev.icmlora.function.events;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// What [EventFunction] and [dev.icmlora.function.http.EventRoutes] do, for `/openapi.json`: Funqy describes nothing. Nobody implements
/// this, so JAX-RS serves none of it.
@Path("/")
@Tag(name = "events")
interface EventsDescription {

    @POST
    @Operation(operationId = "event", summary = "Take a CloudEvent, in binary or structured mode", description = """
            dev.icmlora.task.submitted, and those by which Google Cloud Storage (Eventarc), S3 (EventBridge) and Azure \
            Blob Storage (Event Grid) tell of a new object. Others are taken and ignored. It is answered when the task \
            file has its outcome in the bucket, which may take minutes.""")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/cloudevents+json",
                            schema = @Schema(ref = "CloudEvent"),
                            example = """
                            {"specversion": "1.0", "id": "1", "source": "urn:me", "type": "dev.icmlora.task.submitted",
                            "data": {"bucket": "gs://bucket", "key": "tasks/intent.json"}}"""))
    @APIResponse(responseCode = "204", description = "Done, or nothing to do: do not send it again")
    @APIResponse(responseCode = "503", ref = "Again")
    @APIResponse(responseCode = "default", ref = "Problem")
    void event();

    @OPTIONS
    @Operation(operationId = "eventHandshake", summary = "The handshake of CloudEvents' webhooks")
    @APIResponse(
            responseCode = "200",
            description = "WebHook-Allowed-Origin and -Rate are there if the origin may send events")
    @APIResponse(responseCode = "204", description = "No origin was named")
    void handshake(@HeaderParam("WebHook-Request-Origin") String origin);
}
