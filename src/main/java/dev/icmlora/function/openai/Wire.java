package dev.icmlora.function.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.Problems;

/// Writes replies and errors in OpenAI's form. Called by the event loop.
@Singleton
final class Wire {

    private final ObjectMapper mapper;
    private final Problems problems;

    Wire(ObjectMapper mapper, Problems problems) {
        this.mapper = mapper;
        this.problems = problems;
    }

    void reply(Object body, HttpServerResponse response) {
        send(200, body, response);
    }

    /// The answer to a request that failed; an event where a stream began already.
    void fail(Throwable failure, HttpServerResponse response) {
        fail(problems.of(failure), response);
    }

    void fail(Problem problem, HttpServerResponse response) {
        if (gone(response)) {
            return;
        }
        var error = OpenAiError.of(problem);
        if (response.headWritten()) {
            event(error, response);
            response.end();
            return;
        }
        Problems.retryAfter(problem, response);
        send(problem.status(), error, response);
    }

    void beginStream(HttpServerResponse response) {
        if (!gone(response)) {
            response.setChunked(true)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        }
    }

    void event(Object data, HttpServerResponse response) {
        if (!gone(response)) {
            response.write("data: " + json(data) + "\n\n");
        }
    }

    void endStream(HttpServerResponse response) {
        if (!gone(response)) {
            response.end("data: [DONE]\n\n");
        }
    }

    private void send(int status, Object body, HttpServerResponse response) {
        if (!gone(response)) {
            response.setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(json(body));
        }
    }

    private static boolean gone(HttpServerResponse response) {
        return response.ended() || response.closed();
    }

    private String json(Object data) {
        try {
            return mapper.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a reply has a JSON form", e);
        }
    }
}
