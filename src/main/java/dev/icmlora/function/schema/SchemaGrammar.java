package dev.icmlora.function.schema;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Turns a JSON schema into a grammar (GBNF) of the texts that are valid under it, which llama.cpp then
/// keeps the model to. llama.cpp's own converter is C++ with no C door to it.
///
/// Known are `type` (also a list of types), `properties`, `required`, `additionalProperties` (true or
/// false), `items`, `minItems`, `maxItems`, `minLength`, `maxLength`, `enum`, `const`, `anyOf`, `allOf`
/// with one entry, and `$ref` into the schema. Annotations such as `title` are passed over; any other
/// keyword is refused by name, for a text that only seems to follow a schema is worse than an error. An
/// object has its properties in the order of the schema, and no others.
///
/// llama.cpp follows all ways to read a text side by side for every token, and cannot be interrupted. So a schema must
/// not hold itself by way of an `anyOf` that leaves it open which alternative a text is read by: every level of such a
/// text would multiply the ways, and a few brackets would cost minutes. Without that, the rules bound their number.
public final class SchemaGrammar {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_REPETITION = 1000;
    /// llama.cpp writes each repetition out.
    private static final int MAX_REPETITIONS = 10_000;

    private static final int MAX_RULES = 500;
    /// A value is compared with each alternative when an output is corrected.
    private static final int MAX_ALTERNATIVES = 500;
    /// Schemas, values, names and types that are read, those that several references lead to once for each.
    private static final int MAX_STEPS = 20_000;
    /// Characters of a reference that take as long as one step.
    private static final int CHARACTERS_OF_STEP = 16;
    /// Characters of a property's name, which is part of the pointers to all below it.
    private static final int NAME_CHARACTERS = 200;
    /// Of all rules. References can stand for more than there is memory.
    private static final int MAX_CHARACTERS = 1 << 16;

    private static final Set<String> ANNOTATIONS = Set.of(
            "$schema",
            "$id",
            "$defs",
            "definitions",
            "$comment",
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "strict");
    private static final Map<String, Set<String>> KEYWORDS = Map.of(
            "object", Set.of("properties", "required", "additionalProperties"),
            "array", Set.of("items", "minItems", "maxItems"),
            "string", Set.of("minLength", "maxLength"),
            "number", Set.of(),
            "integer", Set.of(),
            "boolean", Set.of(),
            "null", Set.of());
    private static final Set<String> SCALARS = Set.of("string", "number", "integer", "boolean", "null");
    private static final Set<String> OF_TYPES =
            KEYWORDS.values().stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    /// Spaces are bounded: a small model that may write any number of them sometimes does nothing else.
    private static final String BASE = """
            any ::= any-object | any-array | string | number | boolean | null
            any-object ::= "{" ws (string ":" ws any ("," ws string ":" ws any)*)? ws "}"
            any-array ::= "[" ws (any ("," ws any)*)? ws "]"
            string ::= "\\"" char* "\\""
            char ::= [^"\\\\\\x00-\\x1F\\x7F] | "\\\\" ["\\\\/bfnrt]
            number ::= integer ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?
            integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
            boolean ::= "true" | "false"
            null ::= "null"
            ws ::= " "?
            """;

    private final JsonNode root;
    private final String pointer;
    private final Map<String, String> rules = new LinkedHashMap<>();
    private Scope scope = new Scope("", Set.of());

    private int repetitions;
    private int characters;
    private int allAlternatives;
    private int steps;

    /// References that were followed within one alternative of an `anyOf`, and the rules of what they lead to.
    ///
    /// @param anyOf where that is; empty outside of any
    /// @param above references that the alternative is reached by
    private record Scope(String anyOf, Set<String> above, Map<String, String> rules, Set<String> open) {

        private Scope(String anyOf, Set<String> above) {
            this(anyOf, above, new HashMap<>(), new HashSet<>());
        }

        private Set<String> followed() {
            var all = new HashSet<>(above);
            all.addAll(open);
            return all;
        }
    }

    private SchemaGrammar(JsonNode root, String pointer) {
        this.root = root;
        this.pointer = pointer;
    }

    /// The grammar of a schema.
    ///
    /// @param at JSON pointer to it in the request
    /// @throws RequestException naming the keyword that is unknown or wrong, or leaves too much open; if the
    /// grammar is longer than llama.cpp is given
    public static String of(JsonNode schema, String at) {
        var grammar = new SchemaGrammar(schema, at);
        var text = grammar.text(grammar.rule(schema, at, 0, Set.of()));
        try {
            SamplingOptions.GREEDY.withGrammar(text);
        } catch (IllegalArgumentException tooLarge) {
            throw refusal(at, null, null, "is too large: " + tooLarge.getMessage());
        }
        return text;
    }

    /// The schema cannot be followed.
    static RequestException refusal(String at, Object limit, Object value, String message) {
        return RequestException.invalid(new Violation(at, limit, value, at + " " + message));
    }

    private String text(String start) {
        var text = new StringBuilder("root ::= ").append(start).append('\n');
        rules.forEach(
                (name, body) -> text.append(name).append(" ::= ").append(body).append('\n'));
        return text.append(BASE).toString();
    }

    /// The name of the rule for a schema.
    ///
    /// @param open references that were followed without a step into an object or array
    private String rule(JsonNode schema, String at, int depth, Set<String> open) {
        if (schema.isBoolean() && schema.booleanValue()) {
            return "any";
        }
        if (!schema.isObject()) {
            throw refusal(at, "a schema", Violation.shown(schema), "must be an object");
        }
        step(1 + schema.size());
        if (depth > MAX_DEPTH) {
            throw refusal(at, MAX_DEPTH, depth, "is nested more than " + MAX_DEPTH + " deep");
        }
        if (schema.has("$ref")) {
            return reference(schema, at, depth, open);
        }
        for (var combination : List.of("anyOf", "allOf")) {
            if (schema.has(combination)) {
                return combined(schema, combination, at, depth, open);
            }
        }
        if (schema.has("const") || schema.has("enum")) {
            return constant(schema, at);
        }
        return types(schema, at, depth);
    }

    private void step(int count) {
        steps += count;
        if (steps > MAX_STEPS) {
            throw refusal(
                    pointer, MAX_STEPS, steps, "is too large: it takes more than " + MAX_STEPS + " steps to read");
        }
    }

    private String reference(JsonNode schema, String at, int depth, Set<String> open) {
        only(schema, at, Set.of("$ref"));
        var target = schema.get("$ref").asText();
        step(target.length() / CHARACTERS_OF_STEP);
        if (open.contains(target)) {
            throw refusal(at + "/$ref", null, target, "refers to itself");
        }
        var known = scope.rules.get(target);
        if (known != null) {
            return known;
        }
        if (scope.above.contains(target)) {
            throw refusal(
                    at + "/$ref",
                    null,
                    target,
                    "refers to itself below %s, of which several alternatives can hold other values: a text could be read in too many ways"
                            .formatted(scope.anyOf));
        }
        var found = target.equals("#") ? root : target.startsWith("#/") ? root.at(target.substring(1)) : null;
        if (found == null || found.isMissingNode()) {
            throw refusal(at + "/$ref", "a pointer into this schema, such as #/$defs/name", target, "leads nowhere");
        }
        // A reference to a schema in progress is a rule's name; one that comes back here at once is no text at all.
        var name = add("");
        scope.rules.put(target, name);
        scope.open.add(target);
        var followed = new HashSet<>(open);
        followed.add(target);
        rules.put(name, rule(found, at + "/$ref", depth + 1, followed));
        scope.open.remove(target);
        return name;
    }

    private String combined(JsonNode schema, String keyword, String at, int depth, Set<String> open) {
        only(schema, at, Set.of(keyword));
        var parts = schema.get(keyword);
        var parted = at + "/" + keyword;
        if (!parts.isArray() || parts.isEmpty()) {
            throw refusal(parted, "an array", Violation.shown(parts), "must be an array of schemas");
        }
        if (keyword.equals("allOf") && parts.size() > 1) {
            throw refusal(parted, 1, parts.size(), "with more than one entry is not supported");
        }
        parts.forEach(part -> step(1 + part.path("type").size()));
        var isOpen = StreamSupport.stream(parts.spliterator(), false)
                        .filter(SchemaGrammar::canHoldOthers)
                        .count()
                > 1;
        var outer = scope;
        var alternatives = new ArrayList<String>();
        for (var i = 0; i < parts.size(); i++) {
            // Rules of its own: those that alternatives share would hide how many ways there are.
            scope = isOpen ? new Scope(parted, outer.followed()) : outer;
            if (++allAlternatives > MAX_ALTERNATIVES) {
                throw refusal(parted, MAX_ALTERNATIVES, allAlternatives, "makes too many alternatives in all");
            }
            alternatives.add(rule(parts.get(i), parted + "/" + i, depth + 1, open));
        }
        scope = outer;
        return add(String.join(" | ", alternatives));
    }

    /// Whether a value may be an object or array, as far as the schema itself says it.
    private static boolean canHoldOthers(JsonNode schema) {
        var type = schema.path("type");
        var types = type.isArray() ? type : List.of(type);
        return !schema.has("const")
                && !schema.has("enum")
                && StreamSupport.stream(types.spliterator(), false).anyMatch(each -> !SCALARS.contains(each.asText()));
    }

    private String constant(JsonNode schema, String at) {
        only(schema, at, Set.of("const", "enum", "type"));
        var keyword = schema.has("enum") ? "enum" : "const";
        var values = new ArrayList<JsonNode>();
        step(schema.path("enum").size());
        (schema.has("enum") ? schema.get("enum") : List.of(schema.get("const"))).forEach(values::add);
        if (schema.has("const")) {
            values.removeIf(value -> !value.equals(schema.get("const")));
        }
        if (schema.has("type")) {
            var types = typesOf(schema, at);
            values.removeIf(value -> types.stream().noneMatch(type -> isOf(type, value)));
        }
        if (values.isEmpty()) {
            throw refusal(at + "/" + keyword, null, null, "must name at least one value that the schema allows");
        }
        if (!values.stream().allMatch(SchemaGrammar::isWhole)) {
            throw refusal(at + "/" + keyword, "numbers of 64 bits", null, "holds a number that is too large");
        }
        return add(values.stream().map(value -> literal(value.toString())).collect(Collectors.joining(" | ")));
    }

    /// Whether none of its numbers has become another one.
    private static boolean isWhole(JsonNode value) {
        return value.isContainerNode()
                ? StreamSupport.stream(value.spliterator(), false).allMatch(SchemaGrammar::isWhole)
                : !value.isDouble() || Double.isFinite(value.doubleValue());
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "integer" -> value.isNumber() && value.doubleValue() % 1 == 0;
            default -> value.isNumber();
        };
    }

    /// Each once: what is there twice would be two ways to read the same text.
    private Set<String> typesOf(JsonNode schema, String at) {
        var types = new LinkedHashSet<String>();
        var type = schema.path("type");
        step(type.size());
        if (type.isTextual()) {
            types.add(type.textValue());
        } else if (type.isArray() && !type.isEmpty()) {
            type.forEach(each -> types.add(each.asText()));
        } else if (type.isMissingNode() && schema.has("properties")) {
            types.add("object");
        } else if (type.isMissingNode() && schema.has("items")) {
            types.add("array");
        } else if (!type.isMissingNode()) {
            throw refusal(at + "/type", KEYWORDS.keySet(), Violation.shown(type), "must be a type or several");
        }
        for (var each : types) {
            if (!KEYWORDS.containsKey(each)) {
                throw refusal(at + "/type", KEYWORDS.keySet().stream().sorted().toList(), each, "is no type: " + each);
            }
        }
        return types;
    }

    private String types(JsonNode schema, String at, int depth) {
        var types = typesOf(schema, at);
        var known = new HashSet<>(Set.of("type"));
        types.forEach(each -> known.addAll(KEYWORDS.get(each)));
        only(schema, at, types.isEmpty() ? Set.of() : known);
        if (types.isEmpty()) {
            return "any";
        }
        return types.size() == 1
                ? type(types.iterator().next(), schema, at, depth)
                : add(types.stream().map(each -> type(each, schema, at, depth)).collect(Collectors.joining(" | ")));
    }

    private String type(String type, JsonNode schema, String at, int depth) {
        return switch (type) {
            case "object" -> object(schema, at, depth);
            case "array" -> array(schema, at, depth);
            case "string" -> string(schema, at);
            default -> type;
        };
    }

    private String string(JsonNode schema, String at) {
        if (!schema.has("minLength") && !schema.has("maxLength")) {
            return "string";
        }
        return add("\"\\\"\" char" + repetition(schema, "minLength", "maxLength", at) + " \"\\\"\"");
    }

    private String array(JsonNode schema, String at, int depth) {
        var item = schema.has("items") ? rule(schema.get("items"), at + "/items", depth + 1, Set.of()) : "any";
        var min = bound(schema, "minItems", 0, at);
        var max = bound(schema, "maxItems", Integer.MAX_VALUE, at);
        var most = max == Integer.MAX_VALUE ? "" : Integer.toString(Math.max(0, max - 1));
        requireOrder(min, max, "maxItems", at);
        if (max == 0) {
            return add("\"[\" ws \"]\"");
        }
        var items = item + " (\",\" ws " + item + "){" + Math.max(0, min - 1) + "," + most + "}";
        return add("\"[\" ws " + (min == 0 ? "(" + items + ")?" : items) + " ws \"]\"");
    }

    private String repetition(JsonNode schema, String minimum, String maximum, String at) {
        var min = bound(schema, minimum, 0, at);
        var max = bound(schema, maximum, Integer.MAX_VALUE, at);
        requireOrder(min, max, maximum, at);
        return "{" + min + "," + (max == Integer.MAX_VALUE ? "" : max) + "}";
    }

    private static void requireOrder(int min, int max, String maximum, String at) {
        if (max < min) {
            throw refusal(at + "/" + maximum, min, max, "is less than the minimum");
        }
    }

    private int bound(JsonNode schema, String keyword, int otherwise, String at) {
        var node = schema.get(keyword);
        if (node == null) {
            return otherwise;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
            throw refusal(at + "/" + keyword, "an integer", Violation.shown(node), "must be an integer from 0 on");
        }
        if (node.intValue() > MAX_REPETITION) {
            throw refusal(at + "/" + keyword, MAX_REPETITION, node.intValue(), "is more than " + MAX_REPETITION);
        }
        repetitions += node.intValue();
        if (repetitions > MAX_REPETITIONS) {
            throw refusal(at + "/" + keyword, MAX_REPETITIONS, repetitions, "makes too many repetitions in all");
        }
        return node.intValue();
    }

    private String object(JsonNode schema, String at, int depth) {
        var additional = schema.path("additionalProperties");
        if (!additional.isMissingNode() && !additional.isBoolean()) {
            throw refusal(at + "/additionalProperties", "true or false", null, "as a schema is not supported");
        }
        var properties = schema.path("properties");
        if (!properties.isMissingNode() && !properties.isObject()) {
            throw refusal(at + "/properties", "an object", Violation.shown(properties), "must be an object");
        }
        var required = required(schema, properties, at);
        if (properties.isEmpty()) {
            return additional.isBoolean() && !additional.booleanValue() ? add("\"{\" ws \"}\"") : "any-object";
        }
        step(properties.size());
        for (var property : properties.properties()) {
            var length = property.getKey().length();
            if (length > NAME_CHARACTERS) {
                var message = "has a name of %d characters, more than %d".formatted(length, NAME_CHARACTERS);
                throw refusal(at + "/properties", NAME_CHARACTERS, property.getKey(), message);
            }
        }
        var pairs = properties.properties().stream()
                .map(entry -> new Pair(
                        literal(JsonNodeFactory.instance
                                        .textNode(entry.getKey())
                                        .toString()) + " \":\" ws "
                                + rule(entry.getValue(), at + "/properties/" + entry.getKey(), depth + 1, Set.of()),
                        required.contains(entry.getKey())))
                .toList();
        return add("\"{\" ws " + members(pairs) + " ws \"}\"");
    }

    private Set<String> required(JsonNode schema, JsonNode properties, String at) {
        var required = new HashSet<String>();
        var names = schema.path("required");
        if (!names.isMissingNode() && !names.isArray()) {
            throw refusal(at + "/required", "an array", Violation.shown(names), "must be an array of names");
        }
        step(names.size());
        for (var name : names) {
            if (!properties.has(name.asText())) {
                throw refusal(at + "/required", null, name.asText(), "names " + name + ", which is no property");
            }
            required.add(name.asText());
        }
        return required;
    }

    /// Pairs in their order, the optional ones there or not, with commas between those that are. Built from
    /// the end: `first` is what may stand there when nothing was written yet, `more` when something was.
    private String members(List<Pair> pairs) {
        var first = "";
        var more = "";
        for (var pair : pairs.reversed()) {
            var begin = (pair.text() + " " + more).strip();
            var proceed = ("\",\" ws " + pair.text() + " " + more).strip();
            if (pair.required()) {
                first = add(begin);
                more = add(proceed);
            } else {
                first = add(begin + " | " + (first.isEmpty() ? "\"\"" : first));
                more = add(proceed + " | " + (more.isEmpty() ? "\"\"" : more));
            }
        }
        return first;
    }

    private record Pair(String text, boolean required) {}

    private String add(String body) {
        if (rules.size() >= MAX_RULES) {
            throw refusal(pointer, MAX_RULES, rules.size(), "needs more than " + MAX_RULES + " rules");
        }
        characters += body.length();
        if (characters > MAX_CHARACTERS) {
            throw refusal(pointer, MAX_CHARACTERS, characters, "is too large: its grammar has too many characters");
        }
        var name = "r" + rules.size();
        rules.put(name, body);
        return name;
    }

    private static void only(JsonNode schema, String at, Set<String> known) {
        for (var entry : schema.properties()) {
            var name = entry.getKey();
            if (!known.contains(name) && !ANNOTATIONS.contains(name)) {
                throw refusal(at + "/" + name, null, null, why(name));
            }
        }
    }

    private static String why(String keyword) {
        return OF_TYPES.contains(keyword) ? "does not go with this type" : "is not supported";
    }

    private static String literal(String json) {
        var writable = json.codePoints()
                .mapToObj(c -> isWritable(c) ? Character.toString(c) : escaped(c))
                .collect(Collectors.joining());
        return '"' + writable.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /// Vocabularies lack bytes of characters that there are not yet, and half a pair has none. JSON has escapes for
    /// both.
    private static boolean isWritable(int character) {
        return Character.isDefined(character) && Character.getType(character) != Character.SURROGATE;
    }

    private static String escaped(int character) {
        return Character.toString(character)
                .chars()
                .mapToObj("\\u%04x"::formatted)
                .collect(Collectors.joining());
    }
}
