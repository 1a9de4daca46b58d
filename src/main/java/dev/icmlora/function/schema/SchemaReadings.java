package dev.icmlora.function.schema;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import dev.icmlora.function.error.RequestException;

/// Counts the ways in which the beginning of a text can be read under a schema. llama.cpp follows all of them
/// side by side for every token, and cannot be interrupted: where two alternatives begin alike and each may
/// hold both of them again, every level doubles the number, and a few brackets cost minutes.
///
/// Alternatives begin alike when one's first characters, as far as the schema fixes them, begin the other's.
/// What is counted is never too few: it may be more than a text can reach.
final class SchemaReadings {

    private static final int MOST = 1000;
    private static final int MOST_STARTS = 64;
    /// More than the longest grammar can tell apart; references can stand for more than there is memory.
    private static final int MOST_STARTS_IN_ALL = 50_000;
    private static final int DEEPEST_START = 3;

    private final JsonNode root;
    private final Map<JsonNode, Long> counts = new IdentityHashMap<>();
    private final Map<JsonNode, List<Start>> constants = new IdentityHashMap<>();
    private final List<Map<JsonNode, List<Start>>> starts = Stream.<Map<JsonNode, List<Start>>>generate(
                    IdentityHashMap::new)
            .limit(DEEPEST_START)
            .toList();

    private SchemaReadings(JsonNode root) {
        this.root = root;
    }

    /// @param schema that [SchemaGrammar] understands
    /// @throws RequestException naming the alternatives that leave too many readings open
    static void requireFew(JsonNode schema, String at) {
        new SchemaReadings(schema).count(schema, at);
    }

    /// One of the forms that a value can have.
    ///
    /// @param form a type, `const` or `any`
    private record Alternative(String form, JsonNode schema, String at) {}

    /// First characters of a value, without spaces. All numbers begin with `#`.
    ///
    /// @param whole whether the value ends there
    private record Start(String text, boolean whole) {}

    private long count(JsonNode schema, String at) {
        if (schema.has("$ref")) {
            // Counted once, however often it is referred to.
            return count(target(schema), at + "/$ref");
        }
        var known = counts.putIfAbsent(schema, 1L); // for a schema in progress too, whose level is counted already
        if (known != null) {
            return known;
        }
        var most = 1L;
        for (var alike : groups(alternatives(schema, at), at)) {
            var sum = alike.stream().mapToLong(this::within).sum();
            if (alike.size() > 1) {
                requireFew(schema, at, alike, sum);
            }
            most = Math.max(most, sum);
        }
        counts.put(schema, most);
        return most;
    }

    private void requireFew(JsonNode schema, String at, List<Alternative> alike, long sum) {
        var returning = alike.stream().filter(a -> leadsTo(schema, a)).count();
        if (returning > 1 || sum > MOST) {
            var how = returning > 1 ? "and may each hold them all again" : "and hold others that do";
            throw SchemaGrammar.refusal(
                    at,
                    MOST,
                    null,
                    "has alternatives that begin alike " + how + ", so that a text can be read in more than " + MOST
                            + " ways; let them differ in the first property, or in its constant");
        }
    }

    private long within(Alternative alternative) {
        var schema = alternative.schema;
        return switch (alternative.form) {
            case "const" -> Math.max(1, schema.path("enum").size());
            case "array" -> schema.has("items") ? count(schema.get("items"), alternative.at + "/items") : 1;
            case "object" ->
                schema.path("properties").properties().stream()
                        .mapToLong(p -> count(p.getValue(), alternative.at + "/properties/" + p.getKey()))
                        .max()
                        .orElse(1);
            default -> 1;
        };
    }

    private List<Alternative> alternatives(JsonNode schema, String at) {
        var found = new ArrayList<Alternative>();
        addAlternatives(schema, at, found, Collections.newSetFromMap(new IdentityHashMap<>()));
        return found;
    }

    /// Stops at the limit: references to references can stand for more alternatives than there is memory.
    ///
    /// @param open references that were followed to come here: no text is in between
    private void addAlternatives(JsonNode schema, String at, List<Alternative> found, Set<JsonNode> open) {
        if (schema.has("$ref")) {
            var target = target(schema);
            if (!open.add(target)) {
                throw SchemaGrammar.refusal(
                        at + "/$ref", null, schema.get("$ref").asText(), "refers to itself");
            }
            addAlternatives(target, at + "/$ref", found, open);
            open.remove(target);
            return;
        }
        for (var combination : List.of("anyOf", "allOf")) {
            if (schema.has(combination)) {
                var parts = schema.get(combination);
                for (var i = 0; i < parts.size(); i++) {
                    addAlternatives(parts.get(i), at + "/" + combination + "/" + i, found, open);
                }
                return;
            }
        }
        forms(schema).forEach(form -> found.add(new Alternative(form, schema, at)));
        if (found.size() > MOST) {
            throw SchemaGrammar.refusal(
                    at, MOST, null, "is one of more than " + MOST + " alternatives, references followed");
        }
    }

    private JsonNode target(JsonNode reference) {
        return root.at(reference.get("$ref").asText().substring(1));
    }

    private static List<String> forms(JsonNode schema) {
        if (schema.has("const") || schema.has("enum")) {
            return List.of("const");
        }
        var type = schema.path("type");
        if (type.isArray()) {
            return StreamSupport.stream(type.spliterator(), false)
                    .map(JsonNode::asText)
                    .distinct()
                    .toList();
        }
        if (type.isTextual()) {
            return List.of(type.textValue());
        }
        return List.of(schema.has("properties") ? "object" : schema.has("items") ? "array" : "any");
    }

    /// Whether a value of this form may hold one of the schema.
    private boolean leadsTo(JsonNode schema, Alternative alternative) {
        Set<JsonNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var open = new ArrayDeque<>(parts(alternative));
        while (!open.isEmpty()) {
            var part = open.remove();
            if (part == schema) {
                return true;
            }
            if (!seen.add(part)) {
                continue;
            }
            if (part.has("$ref")) {
                open.add(target(part));
            } else if (part.has("anyOf") || part.has("allOf")) {
                part.path(part.has("anyOf") ? "anyOf" : "allOf").forEach(open::add);
            } else {
                forms(part).forEach(form -> open.addAll(parts(new Alternative(form, part, alternative.at))));
            }
        }
        return false;
    }

    private static Collection<JsonNode> parts(Alternative alternative) {
        return switch (alternative.form) {
            case "array" -> alternative.schema.has("items") ? List.of(alternative.schema.get("items")) : List.of();
            case "object" ->
                alternative.schema.path("properties").properties().stream()
                        .map(Map.Entry::getValue)
                        .toList();
            default -> List.of();
        };
    }

    /// Puts together what begins alike: of texts in order, those that begin with one follow it.
    private Collection<List<Alternative>> groups(List<Alternative> alternatives, String at) {
        var parents = IntStream.range(0, alternatives.size()).toArray();
        var starts = new ArrayList<Map.Entry<String, Integer>>();
        for (var i = 0; i < parents.length; i++) {
            for (var start : starts(alternatives.get(i), 0)) {
                starts.add(Map.entry(start.text, i));
            }
            if (starts.size() > MOST_STARTS_IN_ALL) {
                throw SchemaGrammar.refusal(
                        at,
                        MOST_STARTS_IN_ALL,
                        null,
                        "can begin in more than " + MOST_STARTS_IN_ALL + " ways, references followed");
            }
        }
        starts.sort(Map.Entry.comparingByKey());
        var first = starts.getFirst();
        for (var next : starts) {
            if (next.getKey().startsWith(first.getKey())) {
                parents[find(parents, next.getValue())] = find(parents, first.getValue());
            } else {
                first = next;
            }
        }
        return IntStream.range(0, parents.length)
                .boxed()
                .collect(Collectors.groupingBy(
                        i -> find(parents, i), Collectors.mapping(alternatives::get, Collectors.toList())))
                .values();
    }

    private static int find(int[] parents, int index) {
        var at = index;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }

    private List<Start> starts(Alternative alternative, int depth) {
        return switch (alternative.form) {
            case "const" -> constants.computeIfAbsent(alternative.schema, SchemaReadings::constants);
            case "object" ->
                depth == DEEPEST_START
                        ? List.of(new Start("{", false))
                        : remembered(starts.get(depth), alternative, depth);
            case "array" -> List.of(new Start("[", false));
            case "string" -> List.of(new Start("\"", false));
            case "boolean" -> List.of(new Start("true", true), new Start("false", true));
            case "null" -> List.of(new Start("null", true));
            case "number", "integer" -> List.of(new Start("#", false));
            default -> List.of(new Start("", false));
        };
    }

    private List<Start> remembered(Map<JsonNode, List<Start>> known, Alternative alternative, int depth) {
        var found = known.get(alternative.schema);
        if (found == null) {
            found = object(alternative, depth);
            known.put(alternative.schema, found);
        }
        return found;
    }

    private static List<Start> constants(JsonNode schema) {
        var values = schema.has("const") ? List.of(schema.get("const")) : schema.get("enum");
        return StreamSupport.stream(values.spliterator(), false)
                .map(value -> value.isNumber()
                        ? new Start("#", false)
                        : value.isContainerNode()
                                ? new Start(value.toString().substring(0, 1), false)
                                : new Start(value.toString(), true))
                .toList();
    }

    /// Up to the first property that must be there and is no constant; those before it may be left out.
    private List<Start> object(Alternative alternative, int depth) {
        var anything = List.of(new Start("{", false));
        var properties = alternative.schema.path("properties");
        if (properties.isEmpty()) {
            return anything;
        }
        var required = new HashSet<String>();
        alternative.schema.path("required").forEach(name -> required.add(name.asText()));
        var ended = new ArrayList<Start>();
        var open = List.of("{");
        for (var property : properties.properties()) {
            var name = JsonNodeFactory.instance.textNode(property.getKey()) + ":";
            var values = alternatives(property.getValue(), alternative.at).stream()
                    .flatMap(value -> starts(value, depth + 1).stream())
                    .distinct()
                    .toList();
            if (ended.size() + open.size() * values.size() > MOST_STARTS) {
                return anything;
            }
            var before = open;
            var isFixed =
                    required.contains(property.getKey()) && values.stream().allMatch(Start::whole);
            if (isFixed) {
                open = values.stream()
                        .flatMap(value -> before.stream().map(text -> text + name + value.text + ","))
                        .toList();
                continue;
            }
            values.forEach(value -> before.forEach(text -> ended.add(new Start(text + name + value.text, false))));
            if (required.contains(property.getKey())) {
                return ended;
            }
        }
        open.forEach(text -> ended.add(new Start(text.replaceFirst(",$", "") + "}", true)));
        return ended;
    }
}
