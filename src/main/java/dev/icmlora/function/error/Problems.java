package dev.icmlora.function.error;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.arc.All;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.storage.StorageException;

/// The one mapping of failures to what clients are told: by filters, JAX-RS resources, and paths that nothing
/// serves.
@Singleton
public final class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);

    private static final Duration MOMENT = Duration.ofSeconds(1);
    /// In bytes.
    private static final int SHORT_BODY = 64 << 10;

    private final ObjectMapper mapper;
    private final List<ErrorForm> forms;
    private final MemorySize largestBody;

    Problems(
            ObjectMapper mapper,
            @All List<ErrorForm> forms,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestBody) {
        this.mapper = mapper;
        this.forms = forms;
        this.largestBody = largestBody;
    }

    /// What the client is told about a failure. A failure that is not the client's is logged here, and its
    /// message kept from the client.
    public Problem of(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RequestException known) {
                return known.problem();
            }
            if (cause instanceof CancelledException || cause instanceof HttpClosedException) {
                return Kind.CANCELLED.problem("The client closed the connection");
            }
            if (cause instanceof EngineClosedException) {
                return Kind.SHUTTING_DOWN.problem("The function is shutting down");
            }
            if (cause instanceof StorageException) {
                // Its message names places that no client needs to know.
                LOG.warnf("The storage failed: %s", cause.getMessage());
                return Kind.STORAGE_UNAVAILABLE.problem("The storage does not answer");
            }
        }
        LOG.error("A request failed", failure);
        return of(500, "The function failed; its log says why");
    }

    /// A problem that its status and a sentence say all about.
    public static Problem of(int status, String detail) {
        return of(status, detail, List.of());
    }

    private static Problem of(int status, String detail, List<Violation> errors) {
        var title = HttpResponseStatus.valueOf(status).reasonPhrase();
        return new Problem("about:blank", title, status, detail, errors, null);
    }

    /// What the client is told about a request that failed outside of our code or in it.
    public Problem of(RoutingContext context) {
        var status = context.statusCode();
        // What the web server itself finds wrong with a request has its status.
        if (context.failure() != null && (status < 400 || status >= 500)) {
            return of(context.failure());
        }
        return switch (status) {
            case 404 -> nothingAt(context.normalizedPath());
            case 413 -> bodyTooLong(context.request().getHeader(HttpHeaders.CONTENT_LENGTH), largestBody.asLongValue());
            default -> of(status, "");
        };
    }

    /// Nothing is served at a path.
    public static Problem nothingAt(String path) {
        return of(404, "There is nothing at " + path);
    }

    /// The body was not read to its end.
    ///
    /// @param sent its length, as far as the client said it
    public static Problem bodyTooLong(String sent, long limit) {
        var message = "The body must not be longer than " + limit + " bytes";
        return of(413, message, List.of(new Violation("", limit, sent, message)));
    }

    /// The body comes too slowly.
    ///
    /// @param slowest in bytes a second
    /// @param grace for so long no speed is asked for
    public static Problem bodyTooSlow(int slowest, Duration grace) {
        var message =
                "After %d s, the body must have come with %d bytes a second".formatted(grace.toSeconds(), slowest);
        return of(408, message, List.of(new Violation("", slowest, null, message)));
    }

    /// Sends a problem before the body is there. What still comes of the body is not kept, and not waited for: the
    /// connection closes, unless the rest is short and there within a moment. It does not close at once, since a
    /// client that still sends would not read the problem then.
    public void writeEarly(Problem problem, RoutingContext context) {
        var request = context.request();
        if (isLong(request) || request.headers().contains(HttpHeaders.EXPECT)) {
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
        }
        write(problem, context);
        if (!request.isEnded()) {
            request.resume();
            var connection = request.connection();
            var close = context.vertx().setTimer(MOMENT.toMillis(), _ -> connection.close());
            request.handler(_ -> {}).endHandler(_ -> {
                if (!isLong(request)) {
                    context.vertx().cancelTimer(close);
                }
            });
        }
    }

    /// Or of a length that is not known.
    private static boolean isLong(HttpServerRequest request) {
        var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null
                ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                : Long.parseLong(length) > SHORT_BODY;
    }

    /// Sends a problem in the form that the path asks for, unless the client is gone.
    public void write(Problem problem, RoutingContext context) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        var reply = reply(problem, context.normalizedPath());
        response.setStatusCode(reply.status()).putHeader(HttpHeaders.CONTENT_TYPE, reply.mediaType());
        if (problem.retryAfter() != null) {
            response.putHeader(HttpHeaders.RETRY_AFTER, problem.retryAfter().toString());
        }
        try {
            response.end(mapper.writeValueAsString(reply.body()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem has a JSON form", e);
        }
    }

    @ServerExceptionMapper
    Response map(WebApplicationException failure, UriInfo uri) {
        var status = failure.getResponse().getStatus();
        return response(status == 404 ? nothingAt(uri.getPath()) : of(status, failure.getMessage()), uri);
    }

    @ServerExceptionMapper
    Response map(RuntimeException failure, UriInfo uri) {
        return response(of(failure), uri);
    }

    private Response response(Problem problem, UriInfo uri) {
        var reply = reply(problem, uri.getPath());
        // A header without a value is not sent.
        return Response.status(reply.status())
                .header(jakarta.ws.rs.core.HttpHeaders.CONTENT_TYPE, reply.mediaType())
                .header(jakarta.ws.rs.core.HttpHeaders.RETRY_AFTER, problem.retryAfter())
                .entity(reply.body())
                .build();
    }

    /// @param path that was asked for
    private Reply reply(Problem problem, String path) {
        return forms.stream()
                .filter(form -> path.startsWith(form.path()))
                .max(Comparator.comparingInt(form -> form.path().length()))
                .map(form -> new Reply(
                        form.status(problem), "application/json", form.body().apply(problem)))
                .orElseGet(() -> new Reply(problem.status(), Problem.MEDIA_TYPE, problem));
    }

    /// A problem as a reply.
    ///
    /// @param body what becomes JSON
    private record Reply(int status, String mediaType, Object body) {}
}
