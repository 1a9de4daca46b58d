package dev.icmlora.events;

import java.util.List;
import java.util.Optional;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
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
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.JsonBody;

/// Requests that take longer than a client waits.
@Path("/jobs")
public final class JobResource {

    private static final String SOURCE = "source";
    private static final String LIMIT = "limit";
    private static final int LISTED = 20;
    private static final int MOST_LISTED = 100;

    private final Jobs jobs;
    private final ClientConnection client;
    private final JsonBody json;
    private final Downloads downloads;

    JobResource(Jobs jobs, ClientConnection client, JsonBody json, Downloads downloads) {
        this.jobs = jobs;
        this.client = client;
        this.json = json;
        this.downloads = downloads;
    }

    @POST
    @Blocking
    public Response submit(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        var body = json.object(context);
        var source = Optional.ofNullable(body.remove(SOURCE))
                .filter(node -> !node.isNull())
                .map(node -> json.part(node, "/" + SOURCE, Source.class));
        var request = json.part(body, "", GenerateRequest.class);
        if (source.isPresent()) {
            // What lies in a bucket belongs to no tenant: who may have it worked on may have it answered.
            client.require(Role.EVENTS);
        }
        var job = jobs.submit(caller, request, source);
        return described(Response.Status.ACCEPTED, job)
                .header(HttpHeaders.LOCATION, "/jobs/" + job.id())
                .build();
    }

    @GET
    @RunOnVirtualThread
    public Response list(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        if (caller.tenant().equals(Tenant.SHARED)) {
            // It tells of the jobs of all callers.
            client.require(Role.ADMIN);
        }
        // JAX-RS would take an empty one for none, and the first of several.
        var limit = limit(context.queryParam(LIMIT));
        return downloads.computed(context, jobs.list(caller.tenant(), limit));
    }

    private static int limit(List<String> sent) {
        var violations = new Violations();
        violations.when(sent.size() > 1, LIMIT, 1, sent.size(), "must be given once");
        var text = sent.isEmpty() ? Integer.toString(LISTED) : sent.getFirst();
        if (text.matches("-?[0-9]{1,9}")) {
            violations.range(LIMIT, Integer.parseInt(text), 1, MOST_LISTED);
        } else {
            violations.when(true, LIMIT, "an integer from 1 to " + MOST_LISTED, text, "must be an integer");
        }
        violations.raise();
        return Integer.parseInt(text);
    }

    @GET
    @Path("/{id}")
    @RunOnVirtualThread
    public Response status(@PathParam("id") String id, @Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        return downloads.computed(context, jobs.status(caller, id));
    }

    @POST
    @Path("/{id}/cancel")
    @Blocking
    public Response cancel(@PathParam("id") String id) {
        var caller = client.require(Role.CALL);
        return described(Response.Status.OK, jobs.cancel(caller, id)).build();
    }

    @GET
    @Path("/{id}/results")
    @RunOnVirtualThread
    public Response results(@PathParam("id") String id, @Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        downloads.take(context);
        var results = jobs.results(caller, id);
        return Downloads.file(context, null, results.bytes(), results::writeTo)
                .type(MediaType.valueOf("application/jsonl"))
                .build();
    }

    @DELETE
    @Path("/{id}")
    @Blocking
    public void delete(@PathParam("id") String id) {
        var caller = client.require(Role.CALL);
        jobs.delete(caller, id);
    }

    private static Response.ResponseBuilder described(Response.Status status, JobStatus job) {
        return Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(job);
    }
}
