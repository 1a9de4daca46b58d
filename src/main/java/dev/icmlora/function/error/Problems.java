package dev.icmlora.function.error;

import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineClosedException;

/// Turns failures into problems and writes them.
@Singleton
public final class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);
    private static final String RETRY_AFTER_SECONDS = "1";

    private final ObjectMapper mapper;
    private final MemorySize largestBody;

    Problems(ObjectMapper mapper, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestBody) {
        this.mapper = mapper;
        this.largestBody = largestBody;
    }

    /// What the client is told about a failure. A failure that is not the client's is logged here, and its
    /// message kept from the client.
    public Problem of(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RequestException known) {
                return known.problem();
            }
            if (cause instanceof CancelledException) {
                return Problem.of("cancelled", "The request was cancelled", 499, "The client closed the connection");
            }
            if (cause instanceof EngineClosedException) {
                var title = "The function is shutting down";
                return Problem.of("shutting-down", title, 503, title);
            }
        }
        LOG.error("A request failed", failure);
        return of(500, "The function failed; its log says why");
    }

    /// A problem that its status and a sentence say all about.
    public static Problem of(int status, String detail) {
        var title = switch (status) {
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 406 -> "Not Acceptable";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case 503 -> "Service Unavailable";
            default -> status < 500 ? "Client Error" : "Internal Server Error";
        };
        return Problem.of(status, title, detail);
    }

    /// Whether a failure came out of our code: what the web server itself finds wrong with a request has its status.
    public static boolean isOurFailure(RoutingContext context) {
        return context.failure() != null && (context.statusCode() < 400 || context.statusCode() >= 500);
    }

    /// A problem with one field to blame.
    static Problem of(int status, Violation violation) {
        var plain = of(status, violation.message());
        return new Problem(plain.type(), plain.title(), status, plain.detail(), List.of(violation));
    }

    /// The body was not read to its end.
    ///
    /// @param sent its length, as far as the client said it
    public Problem bodyTooLong(String sent) {
        return bodyTooLong(sent, largestBody.asLongValue());
    }

    /// The body was not read to its end.
    ///
    /// @param sent its length, as far as the client said it
    public static Problem bodyTooLong(String sent, long limit) {
        return of(413, new Violation("", limit, sent, "The body must not be longer than " + limit + " bytes"));
    }

    /// The body is of another type than JSON.
    ///
    /// @param contentType that it was sent with; null if with none
    public static Problem notJson(String contentType) {
        var detail = "Send the body with Content-Type: application/json";
        return of(415, new Violation("", "application/json", contentType, detail));
    }

    /// Says when to try again, where that helps and nobody has said it.
    public static void retryAfter(Problem problem, HttpServerResponse response) {
        var passing = problem.status() == 429 || problem.status() == 503;
        if (passing && !response.headers().contains(HttpHeaders.RETRY_AFTER)) {
            response.putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
    }

    /// Sends a problem, unless the client is gone.
    public void write(Problem problem, HttpServerResponse response) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(problem.status()).putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        retryAfter(problem, response);
        try {
            response.end(mapper.writeValueAsString(problem));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem has a JSON form", e);
        }
    }
}
