package dev.icmlora.function.health;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirementsSet;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// What Quarkus serves of [HealthChecks] and of metrics, for `/openapi.json`. Nobody implements this, so JAX-RS serves
/// none of it.
@Path("/q")
@Tag(name = "operation")
interface OperationDescription {

    @GET
    @Path("/health/started")
    @Operation(operationId = "started", summary = "Model and generator are loaded, and requests are let in")
    @SecurityRequirementsSet
    @APIResponse(responseCode = "200", ref = "Up")
    @APIResponse(responseCode = "503", ref = "Down")
    void started();

    @GET
    @Path("/health/live")
    @Operation(operationId = "live", summary = "The thread that owns the native side does not hang")
    @SecurityRequirementsSet
    @APIResponse(responseCode = "200", ref = "Up")
    @APIResponse(responseCode = "503", ref = "Down")
    void live();

    @GET
    @Path("/health/ready")
    @Operation(operationId = "ready", summary = "Another request would be taken")
    @SecurityRequirementsSet
    @APIResponse(responseCode = "200", ref = "Up")
    @APIResponse(responseCode = "503", ref = "Down")
    void ready();

    @GET
    @Path("/metrics")
    @Operation(operationId = "metrics", summary = "Metrics in Prometheus' form")
    @APIResponse(
            responseCode = "200",
            description = "The metrics",
            content = {
                @Content(mediaType = "text/plain", schema = @Schema(implementation = String.class)),
                @Content(mediaType = "application/openmetrics-text", schema = @Schema(implementation = String.class))
            })
    @APIResponse(responseCode = "401", ref = "Problem")
    @APIResponse(responseCode = "403", ref = "Problem")
    @APIResponse(responseCode = "406", ref = "Problem")
    @APIResponse(responseCode = "503", ref = "Problem")
    void metrics();
}
