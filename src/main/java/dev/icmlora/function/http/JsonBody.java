package dev.icmlora.function.http;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;

/// Reads the bodies of requests, and says what is wrong with one. A resource takes no body as its parameter,
/// since JAX-RS would say less about one that it cannot read.
@Singleton
public final class JsonBody {

    private static final Pattern JSON = Pattern.compile("(?i)application/json *(;.*)?");

    private final ObjectMapper mapper;

    public JsonBody(ObjectMapper mapper) {
        this.mapper = mapper;
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
    /// @throws RequestException if it says that it is something else, or is not of this type
    public <T> T read(RoutingContext context, Class<T> type) {
        requireJson(context);
        return read(bytes(context), type);
    }

    /// The same of bytes that came in another way.
    ///
    /// @throws RequestException if they are not of this type
    public <T> T read(byte[] body, Class<T> type) {
        try {
            T request = strict(type).readValue(body);
            if (request != null) {
                return request;
            }
        } catch (JsonProcessingException e) {
            throw RequestException.invalid(violation(e, pointer -> sent(body, pointer)));
        } catch (IOException e) {
            throw RequestException.invalid(malformed(e));
        }
        throw RequestException.invalid(new Violation("", "a JSON object", null, "the body is null"));
    }

    /// Addons' types too have no field that is ignored.
    private ObjectReader strict(Class<?> type) {
        return mapper.readerFor(type).with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    /// A body that is an object of whatever fields.
    ///
    /// @throws RequestException if it says that it is something else, or is no object
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
            return strict(type).treeToValue(part, type);
        } catch (JsonProcessingException e) {
            var found = violation(e, pointer -> sent(part, pointer));
            throw RequestException.invalid(
                    new Violation(at + found.field(), found.limit(), found.value(), at + found.message()));
        }
    }

    /// A body that is JSON, whatever its content type says.
    ///
    /// @throws RequestException if it is malformed
    public JsonNode tree(RoutingContext context) {
        try {
            return mapper.readTree(bytes(context));
        } catch (IOException e) {
            throw RequestException.invalid(malformed(e));
        }
    }

    /// @param sent what was sent at a pointer
    private Violation violation(JsonProcessingException e, Function<String, Object> sent) {
        return switch (e) {
            case UnrecognizedPropertyException unknown -> {
                var known = unknown.getKnownPropertyIds().stream()
                        .map(Object::toString)
                        .sorted()
                        .toList();
                var pointer = pointer(unknown);
                yield new Violation(pointer, known, unknown.getPropertyName(), pointer + " is not a known field");
            }
            case MismatchedInputException mismatch
            when isTrailing(mismatch) -> notJson("more text follows after the end of the object");
            case MismatchedInputException mismatch -> {
                var pointer = pointer(mismatch);
                var expected = expected(mismatch.getTargetType());
                yield new Violation(pointer, expected, sent.apply(pointer), mustBe(pointer, expected));
            }
            case JsonMappingException mapping
            when mapping.getCause() instanceof JsonParseException syntax -> malformed(syntax);
            case JsonMappingException mapping
            when mapping.getCause() instanceof StreamReadException number -> {
                var pointer = pointer(mapping);
                yield new Violation(pointer, null, null, pointer + ": " + forClients(number.getOriginalMessage()));
            }
            default -> malformed(e);
        };
    }

    /// The text or number that was sent where another type was expected; null for an object or a list.
    private Object sent(byte[] body, String pointer) {
        try {
            return sent(mapper.readTree(body), pointer);
        } catch (IOException e) {
            // The mismatch came before a syntax error: there is no tree to look into.
            return null;
        }
    }

    private static Object sent(JsonNode body, String pointer) {
        var node = body.at(pointer);
        return node.isValueNode() ? node.asText() : null;
    }

    private static boolean isTrailing(MismatchedInputException e) {
        return e.getPath().isEmpty() && e.getOriginalMessage().startsWith("Trailing token");
    }

    /// The bytes are not JSON.
    public static Violation malformed(IOException e) {
        if (!(e instanceof JsonProcessingException syntax)) {
            return notJson(forClients(e.getMessage()));
        }
        var reason = forClients(syntax.getOriginalMessage());
        var place = syntax.getLocation(); // none, where a limit of the parser is passed
        return notJson(
                place == null
                        ? reason
                        : "line %d, column %d: %s".formatted(place.getLineNr(), place.getColumnNr(), reason));
    }

    private static Violation notJson(String reason) {
        return new Violation("", "JSON", null, "the body is not well-formed JSON: " + reason);
    }

    /// Jackson goes on to advise the programmer which of its features to enable, and names places in a
    /// source that it does not show. A message may quote a long name, at no place of which a pattern looks far.
    private static String forClients(String message) {
        return message.replaceFirst(": enable `.*", "")
                .replaceAll("\\[Source: [^;\\]]{0,200}; (line: \\d{1,9}, column: \\d{1,9})]", "$1")
                .replaceAll("\\s{0,2}at \\[Source: [^\\]]{0,200}]", "");
    }

    private static String pointer(JsonMappingException e) {
        return Violation.pointer(e.getPath().stream()
                .map(step -> step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName()));
    }

    private static String mustBe(String pointer, Object expected) {
        var what = expected instanceof Collection<?> names
                ? "one of " + names.stream().map(Object::toString).collect(Collectors.joining(", "))
                : expected;
        return (pointer.isEmpty() ? "the body" : pointer) + " must be " + what;
    }

    private Object expected(Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> mapper.convertValue(constant, String.class))
                    .toList();
        }
        if (type == String.class) {
            return "a string";
        }
        if (type == Integer.class || type == int.class) {
            return "a 32-bit integer";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "a number";
        }
        return Collection.class.isAssignableFrom(type) ? "an array" : "an object";
    }

    /// JSON here has snake_case names and means what it says: nothing is converted, no field is ignored.
    @Singleton
    public static final class StrictJson implements ObjectMapperCustomizer {

        @Override
        public void customize(ObjectMapper mapper) {
            mapper.setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .addHandler(new RefuseUnknownFields());
            refuse(mapper, LogicalType.Textual, CoercionInputShape.Integer, CoercionInputShape.Float);
            refuse(mapper, LogicalType.Textual, CoercionInputShape.Boolean);
            refuse(mapper, LogicalType.Integer, CoercionInputShape.String, CoercionInputShape.EmptyString);
            refuse(mapper, LogicalType.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean);
            refuse(mapper, LogicalType.Float, CoercionInputShape.String, CoercionInputShape.EmptyString);
            refuse(mapper, LogicalType.Float, CoercionInputShape.Boolean);
            refuse(mapper, LogicalType.Boolean, CoercionInputShape.String, CoercionInputShape.EmptyString);
            refuse(mapper, LogicalType.Boolean, CoercionInputShape.Integer, CoercionInputShape.Float);
        }

        private static void refuse(ObjectMapper mapper, LogicalType target, CoercionInputShape... shapes) {
            for (var shape : shapes) {
                mapper.coercionConfigFor(target).setCoercion(shape, CoercionAction.Fail);
            }
        }

        /// Funqy tells its copy of the mapper to ignore unknown fields, so a mistyped name would be a silent default.
        private static final class RefuseUnknownFields extends DeserializationProblemHandler {

            @Override
            public boolean handleUnknownProperty(
                    DeserializationContext context,
                    JsonParser parser,
                    JsonDeserializer<?> deserializer,
                    Object beanOrClass,
                    String name)
                    throws IOException {
                var type = beanOrClass instanceof Class<?> c ? c : beanOrClass.getClass();
                if (!type.getName().startsWith(GenerateRequest.class.getPackageName() + ".")) {
                    return false;
                }
                throw UnrecognizedPropertyException.from(
                        parser, beanOrClass, name, List.copyOf(deserializer.getKnownPropertyNames()));
            }
        }
    }
}
