package dev.icmlora.function.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Role;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.service.TaskService;

/// `POST /adapter` for a client that accepts a stream of events: a function of Funqy's has one reply, and cannot
/// stream. [TuningRoute] leads here.
@Path(TuningRoute.TARGET)
public final class TuningResource {

    private final TaskService service;
    private final ClientConnection client;
    private final JsonBody json;
    private final Problems problems;
    private final ObjectMapper mapper;

    TuningResource(
            TaskService service, ClientConnection client, JsonBody json, Problems problems, ObjectMapper mapper) {
        this.service = service;
        this.client = client;
        this.json = json;
        this.problems = problems;
        this.mapper = mapper;
    }

    @POST
    @RunOnVirtualThread
    public Response adapter(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        var request = json.read(context, AdapterRequest.class);
        return request.tune() == null ? whole(caller, request) : stream(caller, request);
    }

    private Response whole(Caller caller, AdapterRequest request) {
        var reply = client.whileOpen(() -> service.adapter(caller, request));
        return Response.ok(reply, MediaType.APPLICATION_JSON_TYPE).build();
    }

    private Response stream(Caller caller, AdapterRequest request) {
        var stream = new TuningStream(mapper);
        client.answer(() -> service.adapter(caller, request, stream))
                .subscribe()
                .with(stream::end, failure -> stream.fail(failure, problems));
        return stream.response();
    }
}
