package dev.icmlora.function.error;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import jakarta.inject.Singleton;

/// Finds out why a body could not be read, by reading it again: Funqy says only that it could not.
@Singleton
public final class BodyDiagnosis {

    private final ObjectMapper mapper;

    BodyDiagnosis(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /// What keeps these bytes from being a `type`.
    public Violation of(byte[] body, Class<?> type) {
        try {
            mapper.readValue(body, type);
            return unreadable();
        } catch (JsonProcessingException e) {
            return of(e, pointer -> sent(body, pointer));
        } catch (IOException e) {
            return malformed(e);
        }
    }

    /// What keeps a part of a body from being a `type`.
    ///
    /// @param at JSON pointer to it
    public Violation of(JsonNode part, String at, Class<?> type) {
        var found = of(part, type);
        return new Violation(at + found.field(), found.limit(), found.value(), at + found.message());
    }

    private Violation of(JsonNode json, Class<?> type) {
        try {
            mapper.treeToValue(json, type);
            return unreadable();
        } catch (JsonProcessingException e) {
            return of(e, pointer -> sent(json, pointer));
        }
    }

    private static Violation unreadable() {
        return new Violation("", null, null, "the body could not be read");
    }

    /// @param sent what was sent at a pointer
    private Violation of(JsonProcessingException e, Function<String, Object> sent) {
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
    /// source that it does not show.
    private static String forClients(String message) {
        return message.replaceFirst(": enable `.*", "")
                .replaceAll("\\[Source: [^;\\]]*; (line: \\d+, column: \\d+)]", "$1")
                .replaceAll("\\s*at \\[Source: [^\\]]*]", "");
    }

    private static String pointer(JsonMappingException e) {
        return e.getPath().stream()
                .map(step ->
                        step.getFieldName() == null ? Integer.toString(step.getIndex()) : escape(step.getFieldName()))
                .map(step -> "/" + step)
                .collect(Collectors.joining());
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
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
}
