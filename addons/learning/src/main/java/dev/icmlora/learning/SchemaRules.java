package dev.icmlora.learning;

import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;

/// Whether a value is valid under a schema that a function has. [dev.icmlora.function.schema.SchemaGrammar] took
/// the schema, and says which keywords there are. As in answers, objects have the properties of the schema only.
///
/// @param root the whole schema, into which references lead
record SchemaRules(JsonNode root) {

    boolean allow(JsonNode value) {
        return allow(root, value);
    }

    private boolean allow(JsonNode schema, JsonNode value) {
        if (schema.has("$ref")) {
            return allow(root.at(schema.get("$ref").asText().substring(1)), value);
        }
        for (var combination : new String[] {"anyOf", "allOf"}) {
            if (schema.has(combination)) {
                return stream(schema.get(combination)).anyMatch(part -> allow(part, value));
            }
        }
        if (schema.has("const") && !same(schema.get("const"), value)) {
            return false;
        }
        if (schema.has("enum") && stream(schema.get("enum")).noneMatch(each -> same(each, value))) {
            return false;
        }
        return isOfType(schema.path("type"), value)
                && switch (value.getNodeType()) {
                    case OBJECT -> object(schema, value);
                    case ARRAY -> array(schema, value);
                    case STRING ->
                        within(
                                schema,
                                "Length",
                                value.textValue()
                                        .codePointCount(0, value.textValue().length()));
                    default -> true;
                };
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    /// However its numbers are written.
    private static boolean same(JsonNode one, JsonNode other) {
        return one.equals(
                (a, b) ->
                        isFinite(a) && isFinite(b) ? a.decimalValue().compareTo(b.decimalValue()) : a.equals(b) ? 0 : 1,
                other);
    }

    /// Jackson reads a number that is too large for a `double` as infinite.
    private static boolean isFinite(JsonNode number) {
        return number.isNumber() && Double.isFinite(number.doubleValue());
    }

    private static boolean isOfType(JsonNode type, JsonNode value) {
        return switch (type.getNodeType()) {
            case ARRAY -> stream(type).anyMatch(each -> isOfType(each, value));
            case STRING ->
                switch (type.textValue()) {
                    case "object" -> value.isObject();
                    case "array" -> value.isArray();
                    case "string" -> value.isTextual();
                    case "boolean" -> value.isBoolean();
                    case "null" -> value.isNull();
                    case "integer" -> value.isIntegralNumber();
                    default -> value.isNumber();
                };
            default -> true;
        };
    }

    private boolean object(JsonNode schema, JsonNode value) {
        var properties = schema.path("properties");
        var isClosed = !properties.isEmpty()
                || schema.path("additionalProperties").isBoolean()
                        && !schema.get("additionalProperties").booleanValue();
        return stream(schema.path("required")).allMatch(name -> value.has(name.asText()))
                && value.properties().stream()
                        .allMatch(entry -> properties.has(entry.getKey())
                                ? allow(properties.get(entry.getKey()), entry.getValue())
                                : !isClosed);
    }

    private boolean array(JsonNode schema, JsonNode value) {
        return within(schema, "Items", value.size())
                && (!schema.has("items") || stream(value).allMatch(item -> allow(schema.get("items"), item)));
    }

    private static boolean within(JsonNode schema, String what, int count) {
        return count >= schema.path("min" + what).asInt(0)
                && count <= schema.path("max" + what).asInt(Integer.MAX_VALUE);
    }
}
