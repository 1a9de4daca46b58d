package dev.icmlora.function.http;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.service.NamedFunctions;

/// Functions under names: defined, described, listed, deleted. A request's task names one.
@Path("/functions")
public final class FunctionResource {

    private final NamedFunctions functions;
    private final ClientConnection client;
    private final JsonBody json;
    private final Downloads downloads;

    FunctionResource(NamedFunctions functions, ClientConnection client, JsonBody json, Downloads downloads) {
        this.functions = functions;
        this.client = client;
        this.json = json;
        this.downloads = downloads;
    }

    @GET
    @RunOnVirtualThread
    public Response list(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        downloads.take(context);
        return downloads.json(functions.list(caller.tenant()));
    }

    @PUT
    @Path("/{name}")
    @RunOnVirtualThread
    public Response define(@PathParam("name") String name, @Context RoutingContext context) {
        var caller = client.require(Role.UPLOAD);
        var defined = functions.define(caller.tenant(), name, json.read(context, FunctionDefinition.class));
        var function = defined.function();
        return Response.fromResponse(downloads.computed(context, function))
                .status(defined.isNew() ? Response.Status.CREATED : Response.Status.OK)
                .header(HttpHeaders.LOCATION, "/functions/" + function.versioned())
                .build();
    }

    @GET
    @Path("/{name}")
    @RunOnVirtualThread
    public Response describe(@PathParam("name") String name, @Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        downloads.take(context);
        return downloads.json(functions.describe(caller.tenant(), name));
    }

    @DELETE
    @Path("/{name}")
    @Blocking
    public void delete(@PathParam("name") String name) {
        var caller = client.requireDeleter();
        functions.delete(caller.tenant(), name);
    }
}
