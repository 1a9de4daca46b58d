package dev.icmlora.function.http;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.FunctionDescription;
import dev.icmlora.function.api.FunctionList;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.service.NamedFunctions;

/// Functions under names: defined, described, listed, deleted. A request's task names one.
@Path("/functions")
@Tag(name = "tasks")
@APIResponse(responseCode = "401", ref = "Problem")
@APIResponse(responseCode = "403", ref = "Problem")
@APIResponse(responseCode = "429", ref = "Problem")
@APIResponse(responseCode = "503", ref = "Problem")
public final class FunctionResource {

    private final NamedFunctions functions;
    private final ClientConnection client;
    private final JsonBody json;
    private final Downloads downloads;
    private final Role deleter;

    FunctionResource(
            NamedFunctions functions,
            ClientConnection client,
            JsonBody json,
            Downloads downloads,
            FunctionConfig config) {
        this.functions = functions;
        this.client = client;
        this.json = json;
        this.downloads = downloads;
        this.deleter = Role.deleter(config.tenancy());
    }

    @GET
    @RunOnVirtualThread
    @Operation(operationId = "listFunctions", summary = "All functions that the caller has")
    @APIResponse(
            responseCode = "200",
            description = "Their names, with the versions of each",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = FunctionList.class)))
    public Response list(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        downloads.take(context);
        return downloads.json(functions.list(caller.tenant()));
    }

    @PUT
    @Path("/{name}")
    @Blocking
    @Operation(operationId = "defineFunction", summary = "Make a new version of a function", description = """
            It gets the next number. A definition that the newest version has already makes none, so a program can \
            send its definition at every start.""")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = FunctionDefinition.class),
                            examples = @ExampleObject(name = "urgency", value = """
                    {"task": {"description": "How urgent is it?",
                    "examples": [{"input": "The house is on fire.", "output": "immediate"}]},
                    "labels": ["immediate", "wait"]}""")))
    @APIResponse(
            responseCode = "200",
            description = "The newest version is the same",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = FunctionDescription.class)))
    @APIResponse(
            responseCode = "201",
            description = "A new version",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = FunctionDescription.class)))
    @APIResponse(responseCode = "400", ref = "Problem")
    @APIResponse(responseCode = "413", ref = "Problem")
    @APIResponse(responseCode = "415", ref = "Problem")
    @APIResponse(responseCode = "507", ref = "Problem")
    public Uni<Response> define(
            @PathParam("name")
                    @Parameter(
                            example = "urgency",
                            schema = @Schema(implementation = String.class, pattern = "^" + FunctionName.NAME + "$"))
                    String name,
            @Context RoutingContext context) {
        var caller = client.require(Role.UPLOAD);
        return functions
                .define(caller.tenant(), name, json.read(context, FunctionDefinition.class))
                .map(defined -> {
                    var function = defined.function();
                    var status = defined.isNew() ? Response.Status.CREATED : Response.Status.OK;
                    return json(status, function)
                            .header(HttpHeaders.LOCATION, "/functions/" + function.name() + "@" + function.version())
                            .build();
                });
    }

    @GET
    @Path("/{name}")
    @RunOnVirtualThread
    @Operation(operationId = "describeFunction", summary = "A function as it was defined")
    @APIResponse(
            responseCode = "200",
            description = "The newest version, or the one that is named",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = FunctionDescription.class)))
    @APIResponse(responseCode = "400", ref = "Problem")
    @APIResponse(responseCode = "404", ref = "Problem")
    public Response describe(
            @PathParam("name")
                    @Parameter(
                            example = "urgency@1",
                            schema = @Schema(implementation = String.class, pattern = FunctionName.WHOLE_FORM))
                    String name,
            @Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        downloads.take(context);
        return downloads.json(functions.describe(caller.tenant(), name));
    }

    @DELETE
    @Path("/{name}")
    @Blocking
    @Operation(
            operationId = "deleteFunction",
            summary = "Delete a version of a function, or all of them",
            description = """
            Without a version in the name all go. No number is given a second time.""")
    @APIResponse(responseCode = "204", description = "It is not there any more")
    @APIResponse(responseCode = "400", ref = "Problem")
    @APIResponse(responseCode = "404", ref = "Problem")
    public Uni<Void> delete(
            @PathParam("name")
                    @Parameter(
                            example = "urgency@1",
                            schema = @Schema(implementation = String.class, pattern = FunctionName.WHOLE_FORM))
                    String name) {
        var caller = client.require(deleter);
        return functions.delete(caller.tenant(), name);
    }

    private static Response.ResponseBuilder json(Response.Status status, Object entity) {
        return Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(entity);
    }
}
