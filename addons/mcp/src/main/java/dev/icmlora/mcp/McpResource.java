package dev.icmlora.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.config.inject.ConfigProperty;

import dev.icmlora.decisions.Decisions;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.http.Route;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.learning.Corrections;

/// The one place that agents talk to, unless it is off.
/// A client reads what there is from `tools/list`, and not from `/openapi.json`.
@Path("/mcp")
public final class McpResource {

    /// However the path is written.
    private static final String PATHS = "/mcp(?:[/;].*)?";
    /// Behind all filters of Quarkus, and before the one that knows what a path takes.
    private static final int BEFORE_LAST = -2;

    private final Methods methods;
    private final ClientConnection client;
    private final JsonBody json;
    private final Downloads downloads;

    McpResource(
            TaskService service,
            NamedFunctions functions,
            Decisions decisions,
            Corrections corrections,
            ClientConnection client,
            JsonBody json,
            Downloads downloads,
            ObjectMapper mapper,
            Problems problems,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        var tools = List.of(
                new RunFunction(service, client, json),
                new ListFunctions(functions, client),
                new DefineFunction(functions, client, json),
                new CorrectFunction(corrections, client),
                new Decide(decisions, client));
        this.methods = new Methods(new Tools(tools, mapper, problems), version);
        this.client = client;
        this.json = json;
        this.downloads = downloads;
    }

    @Produces
    @Singleton
    static Route route() {
        return Route.of("/mcp", HttpMethod.POST);
    }

    /// Where it is off, answers as where there is nothing.
    static void register(@Observes Router router, FunctionConfig config) {
        if (!config.mcp()) {
            router.routeWithRegex(PATHS).order(BEFORE_LAST).handler(context -> context.fail(404));
        }
    }

    /// Each tool asks for the role that it needs.
    @POST
    @RunOnVirtualThread
    public Response answer(@Context RoutingContext context) {
        client.require(Role.CALL, Role.UPLOAD);
        var message = Message.of(json.object(context));
        if (message.isNotification()) {
            // A client that gives up a request closes its connection, and needs no notification.
            return Response.accepted().build();
        }
        var status = Response.Status.OK.getStatusCode();
        var reply = JsonNodeFactory.instance.objectNode().put("jsonrpc", Message.JSON_RPC);
        reply.set("id", message.id());
        try {
            var era = Revisions.of(message, name -> context.request().getHeader(name));
            reply.set("result", methods.result(message, era));
        } catch (RpcException e) {
            status = e.status();
            reply.set("error", e.error());
        }
        // As a text: clients may name what has half of a surrogate pair in it, which Jackson makes no bytes of.
        var text = reply.toString().getBytes(UTF_8);
        return Response.fromResponse(downloads.computed(context, out -> out.write(text)))
                .status(status)
                .build();
    }
}
