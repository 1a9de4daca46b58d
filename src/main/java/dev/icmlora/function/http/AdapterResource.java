package dev.icmlora.function.http;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.api.AdapterDescription;
import dev.icmlora.function.api.SumRequest;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.service.AdapterUploads;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.generator.adapter.Adapter;

/// Adapters as files: downloaded, brought, added up, taken away.
@Path("/adapters")
@Tag(name = "tasks")
@APIResponse(responseCode = "401", ref = "Problem")
@APIResponse(responseCode = "403", ref = "Problem")
@APIResponse(responseCode = "429", ref = "Problem")
@APIResponse(responseCode = "503", ref = "Problem")
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
    private final FilePlaces places;
    private final Downloads downloads;
    private final Role deleter;

    AdapterResource(
            TaskService service,
            AdapterUploads uploads,
            ClientConnection client,
            JsonBody json,
            FilePlaces places,
            Downloads downloads,
            FunctionConfig config) {
        this.service = service;
        this.uploads = uploads;
        this.client = client;
        this.json = json;
        this.places = places;
        this.downloads = downloads;
        this.deleter = Role.deleter(config.tenancy());
    }

    @PUT
    @Blocking
    @Operation(operationId = "uploadAdapter", summary = "Bring an adapter that was made elsewhere", description = """
            Off unless icm-lora.adapters.upload is true. A GGUF LoRA of llama.cpp, or a zip of \
            adapter_model.safetensors and adapter_config.json as PEFT saves them. It must change weights that the \
            adapters here change, with at most their rank; then it serves by its id like a generated one. What it is \
            like is told by its first bytes, so the content type does not matter.""")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = "application/octet-stream",
                        schema = @Schema(implementation = String.class, format = "binary")),
                @Content(
                        mediaType = "application/x-gguf",
                        schema = @Schema(implementation = String.class, format = "binary")),
                @Content(
                        mediaType = "application/zip",
                        schema = @Schema(implementation = String.class, format = "binary"))
            })
    @APIResponse(
            responseCode = "200",
            description = "It was known already",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = AdapterDescription.class)))
    @APIResponse(
            responseCode = "201",
            description = "It is known now",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = AdapterDescription.class)))
    @APIResponse(responseCode = "400", ref = "Problem")
    @APIResponse(responseCode = "408", ref = "Problem")
    @APIResponse(responseCode = "413", ref = "Problem")
    @APIResponse(responseCode = "414", description = "The description makes the address too long")
    @APIResponse(responseCode = "507", ref = "Problem")
    public Response upload(
            @QueryParam("description")
                    @Parameter(
                            description = "What the adapter is for, put into its prompts before the input",
                            schema = @Schema(implementation = String.class, maxLength = 2000))
                    String description,
            @Context RoutingContext context) {
        RequestBodies.requireFile(context);
        var caller = client.require(Role.UPLOAD);
        var file = JsonBody.bytes(context);
        var given = Objects.requireNonNullElse(description, "");
        return described(context, () -> uploads.upload(caller.tenant(), file, given));
    }

    @POST
    @Path("/blend")
    @Blocking
    @Operation(operationId = "blendAdapters", summary = "Add known adapters up", description = """
            The weighted sum of what adapters do. Generated adapters can always be added; with others the ranks add \
            up, and must not exceed the resident adapter's.""")
    @RequestBody(
            required = true,
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = SumRequest.class)))
    @APIResponse(
            responseCode = "200",
            description = "It was known already",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = AdapterDescription.class)))
    @APIResponse(
            responseCode = "201",
            description = "It is known now",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = AdapterDescription.class)))
    @APIResponse(responseCode = "400", ref = "Problem")
    @APIResponse(responseCode = "404", ref = "Problem")
    @APIResponse(responseCode = "413", ref = "Problem")
    @APIResponse(responseCode = "415", ref = "Problem")
    @APIResponse(responseCode = "507", ref = "Problem")
    public Response blend(@Context RoutingContext context) {
        var caller = client.require(Role.UPLOAD);
        places.take(caller.payer(), context);
        var sum = json.read(context, SumRequest.class);
        return described(context, () -> uploads.sum(caller.tenant(), sum));
    }

    private Response described(RoutingContext context, Supplier<Uni<AdapterDescription>> work) {
        var adapter = places.holding(context, () -> work.get().await().indefinitely());
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
    @Operation(operationId = "downloadAdapter", summary = "Download a known adapter", description = """
            GGUF for llama.cpp's --lora, whose SHA-256 is the id and its ETag; or a zip of adapter_model.safetensors \
            and adapter_config.json for PEFT.""")
    @Parameter(
            name = "If-None-Match",
            in = ParameterIn.HEADER,
            schema = @Schema(implementation = String.class),
            description = "The ETag of a copy that the client has")
    @APIResponse(
            responseCode = "200",
            description = "The file",
            headers = @Header(name = "ETag", schema = @Schema(implementation = String.class)),
            content = {
                @Content(
                        mediaType = "application/x-gguf",
                        schema = @Schema(implementation = String.class, format = "binary")),
                @Content(
                        mediaType = "application/zip",
                        schema = @Schema(implementation = String.class, format = "binary"))
            })
    @APIResponse(responseCode = "206", description = "The bytes that were asked for")
    @APIResponse(responseCode = "304", description = "The client's copy is this file")
    @APIResponse(responseCode = "416", description = "The file is shorter than that")
    @APIResponse(responseCode = "404", ref = "Problem")
    @APIResponse(responseCode = "406", ref = "Problem")
    public Response download(
            @PathParam("id")
                    @Parameter(schema = @Schema(implementation = String.class, pattern = AdapterDescription.ID))
                    String id,
            @HeaderParam("Range") @Parameter(description = "One range of bytes", example = "bytes=0-3") String range,
            @HeaderParam("If-Range") @Parameter(hidden = true) String ifRange,
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
    @Operation(operationId = "deleteAdapter", summary = "Take a known adapter away", description = """
            From memory and from the folder. Requests that it is answering end as ever. The task that it was made for \
            makes it again.""")
    @APIResponse(responseCode = "204", description = "It is not known any more")
    @APIResponse(responseCode = "404", ref = "Problem")
    public Uni<Void> delete(
            @PathParam("id")
                    @Parameter(schema = @Schema(implementation = String.class, pattern = AdapterDescription.ID))
                    String id) {
        var caller = client.require(deleter);
        return uploads.delete(caller.tenant(), id);
    }

    private Response.ResponseBuilder file(Adapter adapter, boolean gguf, String range) {
        if (gguf) {
            return Downloads.file(adapter.fileBytes(), adapter::writeTo, range);
        }
        var archive = service.peftArchive(adapter);
        return Downloads.file(archive.bytes(), archive::writeTo, range);
    }
}
