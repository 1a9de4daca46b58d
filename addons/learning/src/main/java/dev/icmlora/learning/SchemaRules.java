package dev.icmlora.learning;

import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;

/// Whether values are valid under a schema that a function has. [dev.icmlora.function.schema.SchemaGrammar] took
/// the schema, bounds its alternatives, and says which keywords there are. As in answers, objects have the properties
/// of
/// the schema only.
///
/// A list of the schema is read once, whatever the number of values, and a reference followed once. Belongs to one
/// thread.
final class SchemaRules {

    /// Comparisons of a part of a value with a part of the schema.
    static final int MOST_STEPS = 100_000;

    private final JsonNode root;
    /// What each list of the schema has: a `type`, `required` or `enum`.
    private final Map<JsonNode, Collection<?>> lists = new IdentityHashMap<>();
    private final Map<String, JsonNode> references = new HashMap<>();
    /// Of the value that is compared.
    private final Map<JsonNode, Object> comparables = new IdentityHashMap<>();

    private int steps;

    /// @param root the whole schema, into which references lead
    SchemaRules(JsonNode root) {
        this.root = root;
    }

    /// What is wrong with a value; empty if it is valid.
    Optional<String> refusal(JsonNode value) {
        steps = 0;
        comparables.clear();
        if (allow(root, value)) {
            return Optional.empty();
        }
        return Optional.of(
                steps > MOST_STEPS
                        ? "takes more than %d steps to compare with the schema".formatted(MOST_STEPS)
                        : "is not JSON that the schema allows");
    }

    private boolean allow(JsonNode schema, JsonNode value) {
        if (++steps > MOST_STEPS) {
            return false;
        }
        if (schema.has("$ref")) {
            var target = schema.get("$ref").textValue();
            return allow(references.computeIfAbsent(target, pointer -> root.at(pointer.substring(1))), value);
        }
        for (var combination : List.of("anyOf", "allOf")) {
            if (schema.has(combination)) {
                return stream(schema.get(combination)).anyMatch(part -> allow(part, value));
            }
        }
        return isOfType(schema.path("type"), value)
                && isAmong("const", node -> List.of(comparable(node)), schema, value)
                && isAmong("enum", node -> list(node, SchemaRules::comparable), schema, value)
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

    /// Whether a schema that names values names this one.
    private boolean isAmong(String keyword, Function<JsonNode, Collection<?>> of, JsonNode schema, JsonNode value) {
        var named = schema.get(keyword);
        return named == null || of.apply(named).contains(comparables.computeIfAbsent(value, SchemaRules::comparable));
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    /// Each of a list once.
    private Collection<?> list(JsonNode list, Function<JsonNode, ?> of) {
        return lists.computeIfAbsent(list, nodes -> stream(nodes).map(of).collect(Collectors.toSet()));
    }

    /// Equal to that of another value where they are the same, however their numbers are written.
    private static Object comparable(JsonNode value) {
        return switch (value.getNodeType()) {
            // Jackson reads a number that is too large for a `double` as infinite.
            case NUMBER ->
                Double.isFinite(value.doubleValue()) ? value.decimalValue().stripTrailingZeros() : value;
            case STRING -> value.textValue();
            case ARRAY -> stream(value).map(SchemaRules::comparable).toList();
            case OBJECT -> {
                var members = new HashMap<String, Object>();
                value.properties().forEach(entry -> members.put(entry.getKey(), comparable(entry.getValue())));
                yield members;
            }
            default -> value;
        };
    }

    private boolean isOfType(JsonNode type, JsonNode value) {
        return switch (type.getNodeType()) {
            case ARRAY -> list(type, JsonNode::asText).stream().anyMatch(each -> isOfType((String) each, value));
            case STRING -> isOfType(type.textValue(), value);
            default -> true;
        };
    }

    private static boolean isOfType(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "integer" -> value.isIntegralNumber();
            default -> value.isNumber();
        };
    }

    private boolean object(JsonNode schema, JsonNode value) {
        var properties = schema.path("properties");
        var isClosed = !properties.isEmpty()
                || schema.path("additionalProperties").isBoolean()
                        && !schema.get("additionalProperties").booleanValue();
        var required = schema.has("required") ? list(schema.get("required"), JsonNode::asText) : Set.of();
        return required.stream().allMatch(name -> value.has((String) name))
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
