package dev.icmlora.adapters;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.ParsedHeaderValue;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.EventStream;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.service.TaskService;

/// `POST /adapter` for a client that accepts a stream of events: a function of Funqy's has one reply, and cannot
/// stream.
@Path(TuningResource.PATH)
public final class TuningResource {

    /// Where no request gets to by itself.
    public static final String PATH = "/adapter/events";

    private static final String FUNCTION = "/adapter";
    /// Behind the filters that know what a path takes.
    private static final int LAST = 0;

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

    static void register(@Observes Filters filters) {
        filters.register(TuningResource::lead, LAST);
    }

    /// Leads `POST /adapter` past Funqy to here where the client would rather have a stream of events.
    private static void lead(RoutingContext context) {
        if (context.normalizedPath().equals(FUNCTION) && prefersEvents(context)) {
            context.put(PATH, true);
            context.reroute(PATH);
        } else if (context.normalizedPath().equals(PATH) && context.get(PATH) == null) {
            context.fail(404);
        } else {
            context.next();
        }
    }

    /// What a client accepts comes sorted, the best first.
    private static boolean prefersEvents(RoutingContext context) {
        return context.parsedHeaders().accept().stream()
                .findFirst()
                .map(ParsedHeaderValue::value)
                .filter(MediaType.SERVER_SENT_EVENTS::equalsIgnoreCase)
                .isPresent();
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
        var events = new EventStream(mapper);
        return events.reply(
                client.answer(() -> service.adapter(caller, request, new Steps(events))),
                reply -> events.end(Map.of("reply", reply)),
                failure -> Map.of("error", problems.of(failure)));
    }

    /// The progress of a tuning as events: each step, and each hundredth of the work.
    private static final class Steps implements Consumer<Tuning.Progress> {

        /// Between two events of a step. So their number does not grow with the examples.
        private static final double LEAST_WORK = 0.01;

        private final EventStream events;
        private Tuning.Progress last;
        private double doneAtFirst;
        private long sinceFirst;

        private Steps(EventStream events) {
            this.events = events;
        }

        /// Always called by the same thread.
        @Override
        public void accept(Tuning.Progress progress) {
            if (last == null) {
                events.begin();
                doneAtFirst = progress.done();
                sinceFirst = System.nanoTime();
            } else if (progress.step() == last.step() && progress.done() < last.done() + LEAST_WORK) {
                return;
            }
            events.add(new Progress(
                    progress.step(),
                    progress.steps(),
                    Double.isFinite(progress.loss()) ? progress.loss() : null,
                    progress.done(),
                    millisLeft(progress)));
            last = progress;
        }

        /// Since the first event: before it, weights may have been copied, once for all tunings.
        private Long millisLeft(Tuning.Progress progress) {
            if (last == null) {
                return null;
            }
            var perWork = (System.nanoTime() - sinceFirst) / (progress.done() - doneAtFirst);
            return TimeUnit.NANOSECONDS.toMillis(Math.round(perWork * (1 - progress.done())));
        }
    }
}
