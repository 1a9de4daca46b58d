package dev.icmlora.function.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;

/// The fields of a request in a format of others, such as OpenAI's: their types depend on each other, and clients send
/// more than is known. One that is not asked for is ignored, null is the same as absent.
public final class RequestFields {

    private final JsonNode object;
    private final String at;
    private final Violations violations;

    /// @param at JSON pointer to the object
    public RequestFields(JsonNode object, String at, Violations violations) {
        this.object = object;
        this.at = at;
        this.violations = violations;
    }

    public Violations violations() {
        return violations;
    }

    public Optional<JsonNode> find(String name) {
        return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
    }

    /// JSON pointer to the object, to a field of it, or to what lies below that.
    public String pointer(String... names) {
        return at + Violation.pointer(Stream.of(names));
    }

    /// A text that must be there, and not empty.
    public String required(String name) {
        var node = find(name);
        wrong(node.isEmpty(), name, "a string", null, "is missing");
        var text = text(name);
        wrong(node.isPresent() && text.isEmpty(), name, null, text, "must not be empty");
        return text;
    }

    /// A text that must be there, and be one of these.
    public String oneOf(String name, List<String> known) {
        var text = required(name);
        wrong(!known.contains(text) && !text.isEmpty(), name, known, text, "'" + text + "' is not supported");
        return text;
    }

    public double number(String name, double otherwise, double from, double to) {
        var node = typed(name, JsonNode::isNumber, "a number");
        node.ifPresent(number -> violations.range(pointer(name), number.numberValue(), from, to));
        return node.map(JsonNode::doubleValue).orElse(otherwise);
    }

    public OptionalInt integer(String name, int from, int to) {
        var node = typed(name, JsonNode::isIntegralNumber, "an integer");
        node.ifPresent(number -> violations.range(pointer(name), number.numberValue(), from, to));
        return node.stream().mapToInt(JsonNode::intValue).findFirst();
    }

    public boolean flag(String name) {
        return typed(name, JsonNode::isBoolean, "true or false")
                .filter(JsonNode::booleanValue)
                .isPresent();
    }

    /// A field of one type; what is there may be of another, and is then refused.
    private Optional<JsonNode> typed(String name, Predicate<JsonNode> isOne, String type) {
        var node = find(name);
        node.filter(isOne.negate())
                .ifPresent(other -> wrong(true, name, type, Violation.shown(other), "must be " + type));
        return node.filter(isOne);
    }

    /// A string, or an array of strings; none of them empty.
    public List<String> texts(String name) {
        var texts = new ArrayList<String>();
        find(name).ifPresent(node -> {
            if (node.isArray()) {
                for (var i = 0; i < node.size(); i++) {
                    texts.add(notEmpty(node.get(i), pointer(name, Integer.toString(i))));
                }
            } else {
                texts.add(notEmpty(node, pointer(name)));
            }
        });
        return texts;
    }

    private String notEmpty(JsonNode node, String pointer) {
        var text = text(node, pointer);
        violations.when(node.isTextual() && text.isEmpty(), pointer, null, text, "must not be empty");
        return text;
    }

    /// The text of a field, which must be a string; empty where there is none.
    public String text(String name) {
        return find(name).map(node -> text(node, pointer(name))).orElse("");
    }

    /// The text of a node that must be a string.
    public String text(JsonNode node, String pointer) {
        if (!node.isTextual()) {
            violations.when(true, pointer, "a string", Violation.shown(node), "must be a string");
            return "";
        }
        violations.wellFormed(pointer, node.textValue());
        return node.textValue();
    }

    public Optional<RequestFields> object(String name) {
        return typed(name, JsonNode::isObject, "an object")
                .map(node -> new RequestFields(node, pointer(name), violations));
    }

    /// Reads each object of an array, if there is one.
    public void objects(String name, Consumer<RequestFields> read) {
        typed(name, JsonNode::isArray, "an array").ifPresent(list -> objects(name, list, read));
    }

    /// Reads each object of an array that must be there, and have so many at least and at most. Of one that has more or
    /// less, none is read.
    public void objects(String name, int least, int most, Consumer<RequestFields> read) {
        var list = typed(name, JsonNode::isArray, "an array");
        if (count(name, list.map(JsonNode::size).orElse(0), least, most)) {
            objects(name, list.orElseThrow(), read);
        }
    }

    private void objects(String name, JsonNode list, Consumer<RequestFields> read) {
        for (var i = 0; i < list.size(); i++) {
            object(list.get(i), pointer(name, Integer.toString(i)), read);
        }
    }

    /// Reads what must be an object.
    public void object(JsonNode node, String pointer, Consumer<RequestFields> read) {
        violations.when(!node.isObject(), pointer, "an object", Violation.shown(node), "must be an object");
        if (node.isObject()) {
            read.accept(new RequestFields(node, pointer, violations));
        }
    }

    /// Refuses fields that would change the answer and that the function cannot follow. One that asks
    /// for nothing (false, empty, zero) is ignored.
    public void refuse(String... names) {
        for (var name : names) {
            find(name)
                    .filter(RequestFields::asksForSomething)
                    .ifPresent(node -> wrong(true, name, null, Violation.shown(node), "is not supported"));
        }
    }

    private static boolean asksForSomething(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY, OBJECT -> !node.isEmpty();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.doubleValue() != 0;
            case STRING -> !node.textValue().isEmpty() && !node.textValue().equals("none");
            default -> true;
        };
    }

    /// How many entries a field has, which must be so many at least and at most.
    ///
    /// @return whether it has
    public boolean count(String name, int count, int least, int most) {
        wrong(
                count < least,
                name,
                least,
                count,
                "has %d entries, fewer than the %d that there must be".formatted(count, least));
        violations.count(pointer(name), count, most);
        return count >= least && count <= most;
    }

    public void wrong(boolean broken, String name, Object limit, Object value, String message) {
        violations.when(broken, pointer(name), limit, value, message);
    }
}
