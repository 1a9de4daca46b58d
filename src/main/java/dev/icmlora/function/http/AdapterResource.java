package dev.icmlora.function.http;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
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

import dev.icmlora.function.access.Role;
import dev.icmlora.function.api.AdapterDescription;
import dev.icmlora.function.api.SumRequest;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.generator.adapter.Adapter;

/// Adapters as files: downloaded, brought, added up, taken away.
@Path("/adapters")
public final class AdapterResource {

    private static final MediaType GGUF = MediaType.valueOf("application/x-gguf");
    private static final MediaType ZIP = MediaType.valueOf("application/zip");
    private static final MediaType SAFETENSORS = MediaType.valueOf("application/x-safetensors");
    /// A client that takes anything gets the first.
    private static final List<Variant> FORMS =
            Variant.mediaTypes(GGUF, ZIP, SAFETENSORS).build();

    private final TaskService service;
    private final ClientConnection client;
    private final JsonBody json;
    private final FilePlaces places;
    private final Downloads downloads;

    AdapterResource(
            TaskService service, ClientConnection client, JsonBody json, FilePlaces places, Downloads downloads) {
        this.service = service;
        this.client = client;
        this.json = json;
        this.places = places;
        this.downloads = downloads;
    }

    @PUT
    @Blocking
    public Response upload(@QueryParam("description") String description, @Context RoutingContext context) {
        RequestBodies.requireFile(context);
        var caller = client.require(Role.UPLOAD);
        var file = JsonBody.bytes(context);
        var given = Objects.requireNonNullElse(description, "");
        return described(context, () -> service.upload(caller.tenant(), file, given));
    }

    @POST
    @Path("/blend")
    @Blocking
    public Response blend(@Context RoutingContext context) {
        var caller = client.require(Role.UPLOAD);
        places.take(caller.payer(), context);
        var sum = json.read(context, SumRequest.class);
        return described(context, () -> service.sum(caller.tenant(), sum));
    }

    private Response described(RoutingContext context, Supplier<AdapterDescription> work) {
        var adapter = places.holding(context, work);
        return Response.status(adapter.cached() ? 200 : 201)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.LOCATION, "/adapters/" + adapter.id())
                .entity(adapter)
                .build();
    }

    /// The adapter's GGUF file, whose SHA-256 is its id and which llama.cpp loads with `--lora`; or, for a
    /// client that asks for it, a zip of the two files that PEFT loads.
    @GET
    @Path("/{id}")
    @RunOnVirtualThread
    public Response download(
            @PathParam("id") String id,
            @HeaderParam("Range") String range,
            @HeaderParam("If-Range") String ifRange,
            @Context Request request,
            @Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        var variant = request.selectVariant(FORMS);
        if (variant == null) {
            throw new NotAcceptableException("There is " + GGUF + " and " + ZIP);
        }
        var gguf = variant.getMediaType().isCompatible(GGUF);
        var adapter = service.known(caller.tenant(), id);
        var tag = new EntityTag(gguf ? id : id + ".peft");
        var unchanged = request.evaluatePreconditions(tag);
        if (unchanged != null) {
            return unchanged.tag(tag).build();
        }
        downloads.take(context);
        // A part of another file than the one that the client has the rest of would be no use.
        var current = ifRange == null || ifRange.equals('"' + tag.getValue() + '"');
        var name = id.replace(':', '-') + (gguf ? ".gguf" : ".zip");
        return file(adapter, gguf, current ? range : null)
                .type(gguf ? GGUF : ZIP)
                .tag(tag)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"")
                .build();
    }

    @DELETE
    @Path("/{id}")
    @Blocking
    public void delete(@PathParam("id") String id) {
        var caller = client.requireDeleter();
        service.delete(caller.tenant(), id);
    }

    private Response.ResponseBuilder file(Adapter adapter, boolean gguf, String range) {
        if (gguf) {
            return Downloads.file(adapter.fileBytes(), adapter::writeTo, range);
        }
        var archive = service.peftArchive(adapter);
        return Downloads.file(archive.bytes(), archive::writeTo, range);
    }
}
