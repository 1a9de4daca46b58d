package dev.icmlora.adapters;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
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

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.http.LowPriorityWork;
import dev.icmlora.function.http.Route;
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

    private final AdapterFiles files;
    private final ClientConnection client;
    private final JsonBody json;
    private final LowPriorityWork lowPriority;
    private final Downloads downloads;

    AdapterResource(
            AdapterFiles files,
            ClientConnection client,
            JsonBody json,
            LowPriorityWork lowPriority,
            Downloads downloads) {
        this.files = files;
        this.client = client;
        this.json = json;
        this.lowPriority = lowPriority;
        this.downloads = downloads;
    }

    @Produces
    @Singleton
    static Route adapter() {
        return Route.of(
                "/adapters/(?!blend$)[^/]+", HttpMethod.DELETE, HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    }

    @Produces
    @Singleton
    static Route sum() {
        return Route.of("/adapters/blend", HttpMethod.POST);
    }

    /// Lets a file in of a caller that may send one, and has a place for it.
    @Produces
    @Singleton
    static Route upload(FunctionConfig config, Access access, LowPriorityWork lowPriority) {
        return Route.ofFiles("/adapters", context -> {
            var caller = access.require(context, Role.UPLOAD);
            if (!config.adapters().upload()) {
                throw Kind.UPLOADS_OFF.because(
                        "Adapters cannot be uploaded here: icm-lora.adapters.upload (ICM_LORA_ADAPTERS_UPLOAD) is false");
            }
            lowPriority.take(caller.payer(), context);
            return config.adapters().maxBytes().asLongValue();
        });
    }

    @PUT
    @Blocking
    public Response upload(@QueryParam("description") String description, @Context RoutingContext context) {
        // JAX-RS finds a resource by more forms of its path, such as `/adapters;a=b`.
        LowPriorityWork.requirePlace(context);
        var caller = client.require(Role.UPLOAD);
        var file = JsonBody.bytes(context);
        var given = Objects.requireNonNullElse(description, "");
        return described(context, () -> files.upload(caller.tenant(), file, given));
    }

    @POST
    @Path("/blend")
    @Blocking
    public Response blend(@Context RoutingContext context) {
        var caller = client.require(Role.UPLOAD);
        lowPriority.take(caller.payer(), context);
        var sum = json.read(context, SumRequest.class);
        return described(context, () -> files.sum(caller.tenant(), sum));
    }

    private Response described(RoutingContext context, Supplier<AdapterDescription> work) {
        var adapter = LowPriorityWork.holding(context, work);
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
    public Response download(@PathParam("id") String id, @Context Request request, @Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        var variant = request.selectVariant(FORMS);
        if (variant == null) {
            throw new NotAcceptableException("There is " + GGUF + " and " + ZIP);
        }
        // First, for the file may have to be read.
        downloads.take(context);
        var gguf = variant.getMediaType().isCompatible(GGUF);
        var adapter = files.known(caller.tenant(), id);
        var tag = new EntityTag(gguf ? id : id + ".peft");
        var unchanged = request.evaluatePreconditions(tag);
        if (unchanged != null) {
            return unchanged.tag(tag).build();
        }
        var name = id.replace(':', '-') + (gguf ? ".gguf" : ".zip");
        return file(context, tag, adapter, gguf)
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
        files.delete(caller.tenant(), id);
    }

    private Response.ResponseBuilder file(RoutingContext context, EntityTag tag, Adapter adapter, boolean gguf) {
        if (gguf) {
            return Downloads.file(context, tag, adapter.fileBytes(), adapter::writeTo);
        }
        var archive = files.peft(adapter);
        return Downloads.file(context, tag, archive.bytes(), archive::writeTo);
    }
}
