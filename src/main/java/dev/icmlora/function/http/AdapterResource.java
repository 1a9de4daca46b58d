package dev.icmlora.function.http;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Variant;

import dev.icmlora.function.api.AdapterDescription;
import dev.icmlora.function.api.SumRequest;
import dev.icmlora.function.service.AdapterUploads;
import dev.icmlora.function.service.TaskService;

/// Adapters as files: downloaded, brought, added up.
@Path("/adapters")
public final class AdapterResource {

    private static final MediaType GGUF = MediaType.valueOf("application/x-gguf");
    private static final MediaType ZIP = MediaType.valueOf("application/zip");
    private static final MediaType SAFETENSORS = MediaType.valueOf("application/x-safetensors");
    /// A client that takes anything gets the first.
    private static final List<Variant> FORMS =
            Variant.mediaTypes(GGUF, ZIP, SAFETENSORS).build();

    private final TaskService service;
    private final AdapterUploads uploads;
    private final ClientConnection client;
    private final JsonBody json;

    AdapterResource(TaskService service, AdapterUploads uploads, ClientConnection client, JsonBody json) {
        this.service = service;
        this.uploads = uploads;
        this.client = client;
        this.json = json;
    }

    @PUT
    @Blocking
    public Uni<Response> upload(@QueryParam("description") String description, @Context RoutingContext context) {
        return described(
                uploads.upload(client.tenant(), JsonBody.bytes(context), Objects.requireNonNullElse(description, "")));
    }

    @POST
    @Path("/blend")
    @Blocking
    public Uni<Response> blend(@Context RoutingContext context) {
        return described(uploads.sum(client.tenant(), json.read(context, SumRequest.class)));
    }

    private static Uni<Response> described(Uni<AdapterDescription> work) {
        return work.map(adapter -> Response.status(adapter.cached() ? 200 : 201)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.LOCATION, "/adapters/" + adapter.id())
                .entity(adapter)
                .build());
    }

    /// The adapter's GGUF file, whose SHA-256 is its id and which llama.cpp loads with `--lora`; or, for a
    /// client that asks for it, a zip of the two files that PEFT loads.
    @GET
    @Path("/{id}")
    public Response download(
            @PathParam("id") String id,
            @HeaderParam("Range") String range,
            @HeaderParam("If-Range") String ifRange,
            @Context Request request) {
        var variant = request.selectVariant(FORMS);
        if (variant == null) {
            throw new NotAcceptableException("There is " + GGUF + " and " + ZIP);
        }
        var gguf = variant.getMediaType().isCompatible(GGUF);
        var tenant = client.tenant();
        var file = gguf ? service.adapterFile(tenant, id) : service.peftArchive(tenant, id);
        var tag = new EntityTag(gguf ? id : id + ".peft");
        var unchanged = request.evaluatePreconditions(tag);
        if (unchanged != null) {
            return unchanged.tag(tag).build();
        }
        // A part of another file than the one that the client has the rest of would be no use.
        var current = ifRange == null || ifRange.equals('"' + tag.getValue() + '"');
        var name = id.replace(':', '-') + (gguf ? ".gguf" : ".zip");
        return part(file, current ? range : null)
                .type(gguf ? GGUF : ZIP)
                .tag(tag)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"")
                .build();
    }

    private static Response.ResponseBuilder part(byte[] file, String header) {
        var range = ByteRange.of(header, file.length);
        if (range.isEmpty()) {
            return Response.ok(file);
        }
        var part = range.get();
        if (!part.isSatisfiable()) {
            return Response.status(Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE)
                    .entity(new byte[0])
                    .header("Content-Range", "bytes */" + file.length);
        }
        return Response.status(Response.Status.PARTIAL_CONTENT)
                .entity(Arrays.copyOfRange(file, part.from(), part.to() + 1))
                .header("Content-Range", "bytes %d-%d/%d".formatted(part.from(), part.to(), file.length));
    }
}
