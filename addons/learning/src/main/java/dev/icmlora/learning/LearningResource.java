package dev.icmlora.learning;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.http.Route;

/// The routes of feedback and improvements.
@Path("/functions")
public final class LearningResource {

    private static final Pattern LINES = Pattern.compile("(?i)application/(x-ndjson|jsonl) *(;.*)?");

    private final Corrections corrections;
    private final Improvements improvements;
    private final Unsure unsure;
    private final ClientConnection client;
    private final JsonBody json;
    private final ObjectMapper mapper;
    private final Downloads downloads;

    LearningResource(
            Corrections corrections,
            Improvements improvements,
            Unsure unsure,
            ClientConnection client,
            JsonBody json,
            ObjectMapper mapper,
            Downloads downloads) {
        this.corrections = corrections;
        this.improvements = improvements;
        this.unsure = unsure;
        this.client = client;
        this.json = json;
        this.mapper = mapper;
        this.downloads = downloads;
    }

    @Produces
    @Singleton
    static Route feedback() {
        return Route.of(
                "/functions/[^/]+/feedback",
                HttpMethod.DELETE,
                HttpMethod.GET,
                HttpMethod.HEAD,
                HttpMethod.OPTIONS,
                HttpMethod.POST);
    }

    @Produces
    @Singleton
    static Route improvement() {
        return Route.of("/functions/[^/]+/improve", HttpMethod.POST);
    }

    @Produces
    @Singleton
    static Route lists() {
        return Route.of("/functions/[^/]+/(improvements|unsure)", HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    }

    @POST
    @Path("/{name}/feedback")
    @RunOnVirtualThread
    public Response take(@PathParam("name") String name, @Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        var type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && LINES.matcher(type).matches()) {
            return downloads.computed(context, corrections.take(caller, name, lines(context), true));
        }
        JsonBody.requireJson(context);
        var body = json.tree(context);
        var isList = body.isArray();
        return downloads.computed(context, corrections.take(caller, name, isList ? body : List.of(body), isList));
    }

    private List<JsonNode> lines(RoutingContext context) {
        var nodes = new ArrayList<JsonNode>();
        for (var line : new String(JsonBody.bytes(context), UTF_8).lines().toList()) {
            if (!line.isBlank()) {
                nodes.add(node(line, "/" + nodes.size()));
            }
        }
        return nodes;
    }

    private JsonNode node(String line, String at) {
        try {
            return mapper.readTree(line);
        } catch (IOException e) {
            var malformed = JsonBody.malformed(e);
            throw RequestException.invalid(new Violation(at, malformed.limit(), null, at + ": " + malformed.message()));
        }
    }

    @GET
    @Path("/{name}/feedback")
    @RunOnVirtualThread
    public Response export(@PathParam("name") String name, @Context RoutingContext context) {
        var caller = client.require(Role.UPLOAD);
        downloads.take(context);
        var lines = corrections.export(caller.tenant(), name);
        return Downloads.file(context, null, lines.bytes(), lines::writeTo)
                .type(MediaType.valueOf("application/jsonl"))
                .build();
    }

    @DELETE
    @Path("/{name}/feedback")
    @Blocking
    public void forget(@PathParam("name") String name) {
        var caller = client.requireDeleter();
        corrections.forget(caller.tenant(), name);
    }

    @POST
    @Path("/{name}/improve")
    @RunOnVirtualThread
    public Response improve(@PathParam("name") String name) {
        var caller = client.require(Role.UPLOAD);
        return json(client.whileOpen(() -> improvements.improve(caller, name)));
    }

    /// @param improvements the newest first
    @RegisterForReflection
    record ImprovementList(List<Improvement> improvements) {}

    @GET
    @Path("/{name}/improvements")
    @RunOnVirtualThread
    public Response tried(@PathParam("name") String name, @Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        downloads.take(context);
        return downloads.json(new ImprovementList(improvements.tried(caller.tenant(), name)));
    }

    @GET
    @Path("/{name}/unsure")
    @RunOnVirtualThread
    public Response unsure(@PathParam("name") String name, @Context RoutingContext context) {
        var caller = client.require(Role.UPLOAD);
        downloads.take(context);
        return downloads.json(client.whileOpen(() -> unsure.list(caller, name)));
    }

    private static Response json(Object entity) {
        return Response.ok(entity, MediaType.APPLICATION_JSON_TYPE).build();
    }
}
