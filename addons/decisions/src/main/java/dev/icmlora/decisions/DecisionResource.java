package dev.icmlora.decisions;

import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;

import dev.icmlora.decisions.Decisions.Asked;
import dev.icmlora.decisions.Decisions.Decided;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.error.ErrorForm;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.http.Route;

/// Decisions about a state, in the formats of two APIs.
@Path("/v1")
public final class DecisionResource {

    private final Decisions decisions;
    private final ClientConnection client;
    private final JsonBody json;
    private final Downloads downloads;

    DecisionResource(Decisions decisions, ClientConnection client, JsonBody json, Downloads downloads) {
        this.decisions = decisions;
        this.client = client;
        this.json = json;
        this.downloads = downloads;
    }

    @Produces
    @Singleton
    static Route decisions() {
        return Route.of("/v1/(decisions|systemone)", HttpMethod.POST);
    }

    /// Those of `/v1/decisions` are OpenAI's.
    @Produces
    @Singleton
    static ErrorForm errors() {
        return new ErrorForm("/v1/systemone", 422, SystemOneError::of);
    }

    @POST
    @Path("/systemone")
    @RunOnVirtualThread
    public Response systemOne(@Context RoutingContext context) {
        return answer(context, SystemOne::read, SystemOne::reply);
    }

    @POST
    @Path("/decisions")
    @RunOnVirtualThread
    public Response decide(@Context RoutingContext context) {
        return answer(context, OpenAiDecisions::read, OpenAiDecisions::reply);
    }

    private Response answer(RoutingContext context, Function<JsonNode, Asked> read, Function<Decided, ?> reply) {
        var caller = client.require(Role.CALL);
        var asked = read.apply(json.object(context));
        downloads.requireRoom(context);
        var decided = client.whileOpen(() -> decisions.decide(caller, asked));
        return downloads.computed(context, reply.apply(decided));
    }
}
