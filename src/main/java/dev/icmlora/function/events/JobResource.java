package dev.icmlora.function.events;

import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.JobList;
import dev.icmlora.function.api.JobStatus;
import dev.icmlora.function.api.Source;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.JsonBody;

/// Requests that take longer than a client waits.
@Path("/jobs")
@Tag(name = "tasks")
@APIResponse(responseCode = "401", ref = "Problem")
@APIResponse(responseCode = "403", ref = "Problem")
@APIResponse(responseCode = "429", ref = "Problem")
@APIResponse(responseCode = "503", ref = "Problem")
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
    @Operation(operationId = "submitJob", summary = "Answer more inputs than a request has time for", description = """
            A request as for /generate, with up to 10,000 inputs, or with a source of up to a million. It is answered \
            in the background, by whichever instance has time, each input once, also where one is killed meanwhile.""")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(ref = "JobRequest"),
                            examples = @ExampleObject(name = "labels", value = """
                    {"task": {"description": "How urgent is it?"}, "labels": ["immediate", "wait"],
                    "inputs": ["The house is on fire.", "I want a new chair."], "mode": "plain"}""")))
    @APIResponse(
            responseCode = "202",
            description = "The job waits for its turn",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = JobStatus.class)))
    @APIResponse(responseCode = "400", ref = "Problem")
    @APIResponse(responseCode = "404", ref = "Problem")
    @APIResponse(responseCode = "413", ref = "Problem")
    @APIResponse(responseCode = "415", ref = "Problem")
    @APIResponse(responseCode = "507", ref = "Problem")
    public Response submit(@Context RoutingContext context) {
        client.require(Role.CALL);
        var request = request(json.object(context));
        if (request.source().isPresent()) {
            // What lies in a bucket belongs to no tenant: who may have it worked on may have it answered.
            client.require(Role.EVENTS);
        }
        var job = jobs.submit(client.tenant(), client.payer(), request);
        return described(Response.Status.ACCEPTED, job)
                .header(HttpHeaders.LOCATION, "/jobs/" + job.id())
                .build();
    }

    private Jobs.Submission request(ObjectNode body) {
        var source = Optional.ofNullable(body.remove(SOURCE))
                .filter(node -> !node.isNull())
                .map(node -> json.part(node, "/" + SOURCE, Source.class));
        return new Jobs.Submission(json.part(body, "", GenerateRequest.class), source);
    }

    @GET
    @Blocking
    @Operation(operationId = "listJobs", summary = "The newest jobs of the caller", description = """
            The newest first, as far as the clocks of the instances agree that took them.""")
    @APIResponse(
            responseCode = "200",
            description = "Their ids and states, and how many there are",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = JobList.class)))
    @APIResponse(responseCode = "400", ref = "Problem")
    @Parameter(
            name = LIMIT,
            in = ParameterIn.QUERY,
            description = "Jobs that are listed",
            schema =
                    @Schema(
                            implementation = Integer.class,
                            minimum = "1",
                            maximum = "" + MOST_LISTED,
                            defaultValue = "" + LISTED))
    public Response list(@Context RoutingContext context) {
        client.require(Role.CALL);
        // JAX-RS would take an empty one for none, and the first of several.
        var limit = limit(context.queryParam(LIMIT));
        return Response.ok(jobs.list(client.tenant(), limit), MediaType.APPLICATION_JSON_TYPE)
                .build();
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
    @Blocking
    @Operation(operationId = "jobStatus", summary = "How far a job is")
    @APIResponse(
            responseCode = "200",
            description = "Its state, and how many inputs are done",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = JobStatus.class)))
    @APIResponse(responseCode = "404", ref = "Problem")
    public Response status(
            @PathParam("id") @Parameter(schema = @Schema(implementation = String.class, pattern = JobStatus.ID))
                    String id) {
        client.require(Role.CALL);
        return described(Response.Status.OK, jobs.status(client.tenant(), id)).build();
    }

    @POST
    @Path("/{id}/cancel")
    @Blocking
    @Operation(operationId = "cancelJob", summary = "End a job before it is done", description = """
            It ends with the batch that is being answered, and has no results. Cancelling it a second time changes \
            nothing.""")
    @APIResponse(
            responseCode = "200",
            description = "The job is cancelled",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = JobStatus.class)))
    @APIResponse(responseCode = "404", ref = "Problem")
    @APIResponse(responseCode = "409", ref = "Problem")
    public Response cancel(
            @PathParam("id") @Parameter(schema = @Schema(implementation = String.class, pattern = JobStatus.ID))
                    String id) {
        client.require(Role.CALL);
        return described(Response.Status.OK, jobs.cancel(client.tenant(), id)).build();
    }

    @GET
    @Path("/{id}/results")
    @RunOnVirtualThread
    @Operation(operationId = "jobResults", summary = "The answers of a completed job", description = """
            One line of JSON for each input, in order: index, input and output, or index and error.""")
    @APIResponse(
            responseCode = "200",
            description = "JSON Lines",
            content = @Content(mediaType = "application/jsonl", schema = @Schema(implementation = String.class)))
    @APIResponse(responseCode = "206", description = "The bytes that were asked for")
    @APIResponse(responseCode = "416", description = "The results are shorter than that")
    @APIResponse(responseCode = "404", ref = "Problem")
    @APIResponse(responseCode = "409", ref = "Problem")
    public Response results(
            @PathParam("id") @Parameter(schema = @Schema(implementation = String.class, pattern = JobStatus.ID))
                    String id,
            @HeaderParam("Range") @Parameter(description = "One range of bytes", example = "bytes=0-99") String range,
            @Context RoutingContext context) {
        client.require(Role.CALL);
        downloads.take(context);
        var results = jobs.results(client.tenant(), id);
        return Downloads.file(results.object().bytes(), results::writeTo, range)
                .type(MediaType.valueOf("application/jsonl"))
                .build();
    }

    @DELETE
    @Path("/{id}")
    @Blocking
    @Operation(operationId = "deleteJob", summary = "Forget a job that has ended, with its results")
    @APIResponse(responseCode = "204", description = "It is not there any more")
    @APIResponse(responseCode = "404", ref = "Problem")
    @APIResponse(responseCode = "409", ref = "Problem")
    public void delete(
            @PathParam("id") @Parameter(schema = @Schema(implementation = String.class, pattern = JobStatus.ID))
                    String id) {
        client.require(Role.CALL);
        jobs.delete(client.tenant(), id);
    }

    private static Response.ResponseBuilder described(Response.Status status, JobStatus job) {
        return Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(job);
    }
}
