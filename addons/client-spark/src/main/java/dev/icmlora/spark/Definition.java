package dev.icmlora.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.engine.task.Output;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// What a function does, as the body of `PUT /functions/NAME` says it, as far as an engine alone can do it: a task,
/// with labels or spans if it has them.
record Definition(Task task, Output output) {

    /// As where a request names no other number.
    private static final int MOST_TOKENS = 64;

    /// What a body may have beside, and an engine alone does not know.
    private static final Set<String> OF_A_SERVICE = Set.of("schema", "tune", "improve");

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /// @throws IllegalArgumentException naming the first field that is wrong, or that an engine alone does not know
    static Definition read(String name, byte[] json) {
        try {
            JsonNode body = JSON.readTree(json);
            onlyHas(body, "", "task", "labels", "answer");
            JsonNode task = body.path("task");
            onlyHas(task, "/task", "description", "examples");
            Output output = output(body);
            return new Definition(
                    new Task(text(task, "/task", "description", ""), examples(task, output instanceof Output.Span)),
                    output);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("the function '" + name + "' is not defined: " + e.getMessage(), e);
        }
    }

    private static Output output(JsonNode body) {
        String answer = text(body, "", "answer", "");
        if (body.hasNonNull("labels")) {
            if (!answer.isEmpty()) {
                throw new IllegalArgumentException("/answer must not be given beside /labels");
            }
            List<String> labels = new ArrayList<>();
            array(body.path("labels"), "/labels")
                    .forEach(label -> labels.add(required(label, "/labels/" + labels.size())));
            return new Output.Label(labels);
        }
        return switch (answer) {
            case "" -> new Output.Text(MOST_TOKENS);
            case "span" -> new Output.Span();
            default -> throw new IllegalArgumentException("/answer must be span, not " + answer);
        };
    }

    /// @param mayBeEmpty whether outputs may
    private static List<Example> examples(JsonNode task, boolean mayBeEmpty) {
        List<Example> known = new ArrayList<>();
        if (task.hasNonNull("examples")) {
            for (JsonNode example : array(task.path("examples"), "/task/examples")) {
                String field = "/task/examples/" + known.size();
                onlyHas(example, field, "input", "output");
                JsonNode output = example.path("output");
                known.add(new Example(
                        required(example.path("input"), field + "/input"),
                        mayBeEmpty ? text(output, field + "/output") : required(output, field + "/output")));
            }
        }
        return known;
    }

    private static void onlyHas(JsonNode object, String field, String... names) {
        if (!object.isObject()) {
            throw new IllegalArgumentException((field.isEmpty() ? "the body" : field) + " must be an object");
        }
        for (Iterator<String> each = object.fieldNames(); each.hasNext(); ) {
            String name = each.next();
            if (!Set.of(names).contains(name) && object.hasNonNull(name)) {
                String why = field.isEmpty() && OF_A_SERVICE.contains(name)
                        ? "is for a deployed function"
                        : "is not a known field";
                throw new IllegalArgumentException(field + "/" + name + " " + why);
            }
        }
    }

    private static JsonNode array(JsonNode node, String field) {
        if (!node.isArray()) {
            throw new IllegalArgumentException(field + " must be an array");
        }
        return node;
    }

    private static String text(JsonNode node, String field) {
        if (!node.isTextual()) {
            throw new IllegalArgumentException(field + " must be a text");
        }
        return node.textValue();
    }

    private static String required(JsonNode node, String field) {
        if (text(node, field).isEmpty()) {
            throw new IllegalArgumentException(field + " must not be empty");
        }
        return node.textValue();
    }

    private static String text(JsonNode object, String at, String name, String absent) {
        return object.hasNonNull(name) ? text(object.path(name), at + "/" + name) : absent;
    }
}
