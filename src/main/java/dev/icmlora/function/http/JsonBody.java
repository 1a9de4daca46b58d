package dev.icmlora.function.http;

import java.io.IOException;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.BodyDiagnosis;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;

/// Reads the bodies of requests, and says what is wrong with one. A resource takes no body as its parameter,
/// since JAX-RS would say less about one that it cannot read.
@Singleton
public final class JsonBody {

    private static final Pattern JSON = Pattern.compile("(?i)application/json *(;.*)?");

    private final ObjectMapper mapper;
    private final BodyDiagnosis diagnosis;

    JsonBody(ObjectMapper mapper, BodyDiagnosis diagnosis) {
        this.mapper = mapper;
        this.diagnosis = diagnosis;
    }

    /// The body as it came; empty where there is none.
    public static byte[] bytes(RoutingContext context) {
        var buffer = context.body().buffer();
        return buffer == null ? new byte[0] : buffer.getBytes();
    }

    /// @throws RequestException if the body says that it is something else, or nothing
    public static void requireJson(RoutingContext context) {
        var contentType = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (contentType == null || !JSON.matcher(contentType).matches()) {
            throw RequestException.notJson(contentType);
        }
    }

    /// A body of a type of ours.
    ///
    /// @throws RequestException if it says that it is something else
    /// @throws RequestException if it is not of this type
    public <T> T read(RoutingContext context, Class<T> type) {
        requireJson(context);
        var body = bytes(context);
        try {
            var request = mapper.readValue(body, type);
            if (request != null) {
                return request;
            }
        } catch (JsonProcessingException e) {
            throw RequestException.invalid(diagnosis.of(body, type));
        } catch (IOException e) {
            throw RequestException.invalid(BodyDiagnosis.malformed(e));
        }
        throw RequestException.invalid(new Violation("", "a JSON object", null, "the body is null"));
    }

    /// A body that is an object of whatever fields.
    ///
    /// @throws RequestException if it says that it is something else
    /// @throws RequestException if it is no object
    public ObjectNode object(RoutingContext context) {
        requireJson(context);
        if (tree(context) instanceof ObjectNode object) {
            return object;
        }
        throw RequestException.invalid(new Violation("", "an object", null, "the body must be a JSON object"));
    }

    /// A part of a body, or what is left of one, of a type of ours.
    ///
    /// @param at JSON pointer to it
    /// @throws RequestException if it is not of this type
    public <T> T part(JsonNode part, String at, Class<T> type) {
        if (!part.isObject()) {
            throw RequestException.invalid(
                    new Violation(at, "an object", Violation.shown(part), at + " must be an object"));
        }
        try {
            return mapper.treeToValue(part, type);
        } catch (JsonProcessingException e) {
            throw RequestException.invalid(diagnosis.of(part, at, type));
        }
    }

    /// A body that is JSON, whatever its content type says.
    ///
    /// @throws RequestException if it is malformed
    public JsonNode tree(RoutingContext context) {
        try {
            return mapper.readTree(bytes(context));
        } catch (IOException e) {
            throw RequestException.invalid(BodyDiagnosis.malformed(e));
        }
    }
}
