package dev.icmlora.function.function;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;

import dev.icmlora.function.serving.Service;

/// Known adapters as files.
@Path("/adapters")
public final class AdapterResource {

    private final Service service;

    AdapterResource(Service service) {
        this.service = service;
    }

    /// The adapter's GGUF file, whose SHA-256 is its id. llama.cpp loads it with `--lora`.
    @GET
    @Path("/{id}")
    @Produces("application/x-gguf")
    public Response gguf(@PathParam("id") String id, @Context Request request) {
        var file = service.adapterFile(id);
        var tag = new EntityTag(id);
        var unchanged = request.evaluatePreconditions(tag);
        if (unchanged != null) {
            return unchanged.tag(tag).build();
        }
        var name = id.replace(':', '-') + ".gguf";
        return Response.ok(file)
                .tag(tag)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"")
                .build();
    }
}
