package dev.icmlora.function.error;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// A rule that a field of a request breaks. Texts are cut where they are long: what a client sent may be in each of
/// them.
///
/// @param field JSON pointer into the body, empty for the body as a whole
/// @param limit what would have been right: a number, a list of names, a type
/// @param value what was sent
/// @param message a sentence for a person
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Violation(String field, Object limit, Object value, String message) {

    private static final int LONGEST_VALUE = 80;
    private static final int LONGEST_FIELD = 500;
    private static final int LONGEST_MESSAGE = 1000;
    /// Of what would have been right.
    private static final int MOST_NAMES = 32;
    /// In a sentence.
    private static final Pattern POINTER = Pattern.compile("(?<![^ ])/[a-z_]+(/[a-z_0-9]+)*");

    public Violation {
        field = cut(field, LONGEST_FIELD);
        limit = limit instanceof Collection<?> names
                ? names.stream().limit(MOST_NAMES).map(Violation::cut).toList()
                : limit;
        value = cut(value);
        message = cut(message, LONGEST_MESSAGE);
    }

    private static Object cut(Object value) {
        return switch (value) {
            case String text -> cut(text, LONGEST_VALUE);
            case TextNode node -> cut(node.textValue(), LONGEST_VALUE);
            case null, default -> value;
        };
    }

    /// Without its middle if it is longer, and without half of a surrogate pair, of which no bytes can be made.
    private static String cut(String text, int most) {
        var half = most / 2;
        var cut = text.length() > most ? text.substring(0, half) + "…" + text.substring(text.length() - half) : text;
        return new String(cut.getBytes(UTF_8), UTF_8);
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
