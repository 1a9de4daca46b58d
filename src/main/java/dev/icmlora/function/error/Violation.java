package dev.icmlora.function.error;

import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// A rule that a field of a request breaks.
///
/// @param field JSON pointer into the body, empty for the body as a whole
/// @param limit what would have been right: a number, a list of names, a type
/// @param value what was sent, cut where it is long
/// @param message a sentence for a person
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Violation(String field, Object limit, Object value, String message) {

    private static final int LONGEST_VALUE = 80;
    /// In a sentence.
    private static final Pattern POINTER = Pattern.compile("(?<![^ ])/[a-z_]+(/[a-z_0-9]+)*");

    public Violation {
        if (value instanceof String text && text.length() > LONGEST_VALUE) {
            value = text.substring(0, LONGEST_VALUE) + "…";
        }
    }

    /// The same with other names for the fields.
    ///
    /// @param other of a JSON pointer
    Violation renamed(UnaryOperator<String> other) {
        var sentence =
                POINTER.matcher(message).replaceAll(found -> Matcher.quoteReplacement(other.apply(found.group())));
        return new Violation(other.apply(field), limit, value, sentence);
    }

    /// The JSON pointer that these names and places in lists lead by.
    public static String pointer(Stream<String> steps) {
        return steps.map(step -> "/" + step.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
    }

    /// A value of a body as an error may repeat it.
    public static Object shown(JsonNode node) {
        return node.isValueNode() ? node.asText() : node.isArray() ? "an array" : "an object";
    }
}
