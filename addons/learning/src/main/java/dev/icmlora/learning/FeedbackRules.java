package dev.icmlora.learning;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.RequestRules;

/// Feedback is what an example of the function could be.
@Singleton
final class FeedbackRules {

    private static final Pattern EXAMPLE = Pattern.compile("/task/examples/(\\d+)(/.*)?");

    private static final Optional<String> NO_JSON = Optional.of("is not JSON that the schema allows");

    private final RequestRules rules;
    private final ObjectMapper json;

    FeedbackRules(RequestRules rules, ObjectMapper json) {
        this.rules = rules;
        this.json = json;
    }

    /// Those of the pieces, which older versions took, that are feedback on this one too.
    List<Feedback> allowed(FunctionDefinition function, List<Feedback> pieces) {
        var outputs = new Outputs(function);
        return pieces.stream().filter(piece -> allow(outputs, piece)).toList();
    }

    private boolean allow(Outputs outputs, Feedback piece) {
        try {
            check(outputs, List.of(piece), false);
            return true;
        } catch (RequestException e) {
            e.unless(Kind.INVALID);
            return false;
        }
    }

    /// What a function may answer.
    private final class Outputs {

        private final FunctionDefinition function;
        private final Optional<SchemaRules> schema;

        Outputs(FunctionDefinition function) {
            this.function = function;
            this.schema = Optional.ofNullable(function.schema()).map(SchemaRules::new);
        }

        void check(String field, String output, Violations violations) {
            var labels = function.labels();
            violations.when(
                    labels != null && !labels.contains(output),
                    field,
                    labels,
                    output,
                    "is none of the function's labels");
            schema.flatMap(rules -> value(output).map(rules::refusal).orElse(NO_JSON))
                    .ifPresent(why -> violations.when(true, field, "the function's schema", output, why));
        }
    }

    /// Ends early where its thread is interrupted.
    ///
    /// @param isList whether the pieces came in a list; else there is one
    /// @throws RequestException naming everything that is wrong, in the fields of the request that they came in
    void check(FunctionDefinition function, List<Feedback> pieces, boolean isList) {
        check(new Outputs(function), pieces, isList);
    }

    private void check(Outputs outputs, List<Feedback> pieces, boolean isList) {
        var function = outputs.function;
        var examples = pieces.stream()
                .map(piece -> new ExampleBody(piece.input(), piece.output()))
                .toList();
        var task = new TaskBody(function.task().description(), examples);
        try {
            rules.check(RequestRules.ofAnyInput(function.with(task)));
        } catch (RequestException e) {
            throw e.renamed(field -> {
                var example = EXAMPLE.matcher(field);
                return !example.matches()
                        ? field
                        : (isList ? "/" + example.group(1) : "")
                                + Optional.ofNullable(example.group(2)).orElse("");
            });
        }
        var violations = new Violations();
        for (var i = 0; i < pieces.size(); i++) {
            if (Thread.currentThread().isInterrupted()) {
                throw RequestException.redeliver("interrupted");
            }
            outputs.check((isList ? "/" + i : "") + "/output", pieces.get(i).output(), violations);
        }
        violations.raise();
    }

    private Optional<JsonNode> value(String text) {
        try {
            return Optional.of(json.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
