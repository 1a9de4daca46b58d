package dev.icmlora.function.http;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;

/// The tables of `docs/api-reference.md`, of an OpenAPI description.
///
/// @param description as `/openapi.json` has it
/// @param formsOfOthers schemas that have no table
record InterfaceTables(JsonNode description, Set<String> formsOfOthers) {

    /// The operations of a tag.
    String routes(String tag) {
        return "| route | what it does | takes | gives | refuses with |\n|---|---|---|---|---|\n"
                + description.get("paths").properties().stream()
                        .flatMap(path -> path.getValue().properties().stream()
                                .filter(operation -> tag.equals(
                                        operation.getValue().at("/tags/0").asText()))
                                .map(operation -> route(
                                        operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
                                        operation.getValue())))
                        .collect(joining());
    }

    private String route(String name, JsonNode operation) {
        var statuses = operation.get("responses");
        return row(
                "`" + name + "`",
                operation.get("summary").asText(),
                Stream.concat(
                                elements(operation.path("parameters"))
                                        .filter(parameter -> !"path"
                                                .equals(parameter.get("in").asText()))
                                        .map(this::parameter),
                                schemas(operation.path("requestBody")))
                        .collect(joining("; ")),
                statuses.properties().stream()
                        .filter(status -> status.getKey().matches("[23].*"))
                        .map(status -> Stream.concat(
                                        Stream.of(status.getKey() + " "
                                                + target(status.getValue())
                                                        .get("description")
                                                        .asText()),
                                        schemas(status.getValue()))
                                .collect(joining(", ")))
                        .collect(joining("; ")),
                statuses.properties().stream()
                        .map(Map.Entry::getKey)
                        .filter(Predicate.not(status -> status.matches("[23].*")))
                        .map(status -> "default".equals(status) ? "others" : status)
                        .collect(joining(", ")));
    }

    private String parameter(JsonNode parameter) {
        return "%s `%s`%s: %s"
                .formatted(
                        "query".equals(parameter.get("in").asText()) ? "parameter" : "header",
                        parameter.get("name").asText(),
                        parameter.at("/schema/type").asText().equals("integer")
                                        || parameter.at("/schema").has("maxLength")
                                ? " (" + form(parameter.get("schema")) + ")"
                                : "",
                        parameter.path("description").asText());
    }

    /// What a body may be: a schema that has a table, or a media type.
    private Stream<String> schemas(JsonNode body) {
        return target(body).path("content").properties().stream()
                .map(content -> Optional.of(form(content.getValue().get("schema")))
                        .filter(form -> form.startsWith("["))
                        .orElse("`" + content.getKey() + "`"));
    }

    /// What a request may have.
    String request(String name) {
        return "| field | default | what it may be | meaning |\n|---|---|---|---|\n"
                + fields(name).stream()
                        .map(field -> row(field.name(), field.absence(), form(field.schema()), field.meaning()))
                        .collect(joining());
    }

    /// What a reply may have.
    String reply(String name) {
        return "| field | what it is | meaning |\n|---|---|---|\n"
                + fields(name).stream()
                        .map(field -> row(field.name(), form(field.schema()), field.meaning()))
                        .collect(joining());
    }

    /// When a request is refused, by status.
    String statuses(String response) {
        return "| status | when |\n|---|---|\n"
                + description.at("/components/responses/" + response + "/x-statuses").properties().stream()
                        .map(status -> row(status.getKey(), status.getValue().asText()))
                        .collect(joining());
    }

    private static String row(String... cells) {
        return Stream.of(cells).map(cell -> cell.replace("|", "\\|")).collect(joining(" | ", "| ", " |\n"));
    }

    private List<Field> fields(String name) {
        var fields = new ArrayList<Field>();
        var schema = description.at("/components/schemas/" + name);
        fields("", schema, true, fields);
        Stream.of("allOf", "anyOf")
                .forEach(together -> elements(schema.path(together))
                        .filter(part -> !part.has("$ref"))
                        .forEach(part -> fields("", part, "allOf".equals(together), fields)));
        return fields;
    }

    private void fields(String prefix, JsonNode schema, boolean binding, List<Field> fields) {
        var required = new TreeSet<String>();
        if (binding) {
            schema.path("required").forEach(name -> required.add(name.asText()));
        }
        schema.path("properties").properties().forEach(property -> {
            var field = property.getValue();
            fields.add(
                    new Field(prefix + property.getKey(), field, required.contains(property.getKey()), meaning(field)));
            fields(prefix + property.getKey() + ".", field, binding, fields);
        });
    }

    private String meaning(JsonNode field) {
        return (field.has("description") ? field : target(field))
                .path("description")
                .asText();
    }

    /// @param name with those of the objects that it is in
    private record Field(String name, JsonNode schema, boolean required, String meaning) {

        private Field {
            name = "`" + name + "`";
        }

        private String absence() {
            var value = schema.path("default");
            return required ? "required" : value.isMissingNode() ? "none" : "`" + value.asText() + "`";
        }
    }

    /// What a value may be, in words.
    private String form(JsonNode schema) {
        if (schema.has("$ref")) {
            var name = schema.get("$ref").asText().replaceFirst(".*/", "");
            var target = target(schema);
            var isForm = target.has("properties") || target.has("allOf") || target.has("anyOf");
            return isForm && !formsOfOthers.contains(name)
                    ? "[%s](#%s)".formatted(name, name.toLowerCase(Locale.ROOT))
                    : form(target);
        }
        if (schema.has("anyOf") || schema.has("oneOf")) {
            return elements(schema.has("anyOf") ? schema.get("anyOf") : schema.get("oneOf"))
                    .filter(Predicate.not(InterfaceTables::isNull))
                    .map(this::form)
                    .collect(joining(" or "));
        }
        if (schema.has("enum")) {
            return elements(schema.get("enum"))
                    .filter(Predicate.not(JsonNode::isNull))
                    .map(value -> "`" + value.asText() + "`")
                    .collect(joining(", "));
        }
        return switch (type(schema)) {
            case "array" -> "list of " + range(schema, "minItems", "maxItems") + form(schema.get("items"));
            case "boolean" -> "true or false";
            case "string" -> text(schema);
            case "object" ->
                schema.path("additionalProperties").isObject()
                        ? "object, each value a " + form(schema.get("additionalProperties"))
                        : "object";
            case "" -> "any JSON";
            default -> (type(schema) + " " + range(schema, "minimum", "maximum")).replaceFirst("[: ]+$", "");
        };
    }

    private static String text(JsonNode schema) {
        if (schema.has("pattern")) {
            return "text like `" + schema.get("pattern").asText() + "`";
        }
        if (schema.has("maxLength")) {
            return "text of " + range(schema, "minLength", "maxLength").replace(": ", " characters");
        }
        return schema.has("minLength") ? "text, not empty" : "text";
    }

    /// Nothing, or a range with a colon after it.
    private static String range(JsonNode schema, String least, String most) {
        if (schema.has(least) && schema.has(most)) {
            return "%s to %s: ".formatted(number(schema.get(least)), number(schema.get(most)));
        }
        return schema.has(most)
                ? "up to %s: ".formatted(number(schema.get(most)))
                : schema.has(least) ? "%s at least: ".formatted(number(schema.get(least))) : "";
    }

    private static String number(JsonNode value) {
        return value.isIntegralNumber()
                ? String.format(Locale.ROOT, "%,d", value.longValue())
                : value.asText().replaceFirst("[.]0$", "");
    }

    private static boolean isNull(JsonNode schema) {
        return "null".equals(schema.path("type").asText());
    }

    private static String type(JsonNode schema) {
        var type = schema.path("type");
        return type.isArray()
                ? elements(type)
                        .map(JsonNode::asText)
                        .filter(name -> !"null".equals(name))
                        .findFirst()
                        .orElseThrow()
                : type.asText();
    }

    private JsonNode target(JsonNode node) {
        return node.has("$ref") ? description.at(node.get("$ref").asText().substring(1)) : node;
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
