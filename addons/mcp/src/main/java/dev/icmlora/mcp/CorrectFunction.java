package dev.icmlora.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.learning.Corrections;

/// `POST /functions/{name}/feedback`, as a tool: the name is an argument beside the list of corrections.
final class CorrectFunction implements Tool {

    private static final String NAME = "name";
    private static final String CORRECTIONS = "corrections";

    private final Corrections corrections;
    private final ClientConnection client;

    CorrectFunction(Corrections corrections, ClientConnection client) {
        this.corrections = corrections;
        this.client = client;
    }

    @Override
    public String name() {
        return "correct_function";
    }

    @Override
    public String description() {
        return """
                Say which answers of a function were right, and what is right instead of the others. Its owner can have \
                it learn from that. Say only what you know or were told.""";
    }

    @Override
    public String inputSchema() {
        return """
                {"type": "object", "additionalProperties": false, "required": ["name", "corrections"], "properties": {
                 "name": {"type": "string", "pattern": "^%s$", "description": "Of the function, without a version"},
                 "corrections": {"type": "array", "minItems": 1, "maxItems": %d, "items": {
                  "type": "object", "additionalProperties": false, "required": ["input", "output"], "properties": {
                  "id": {"type": "string", "description": "Of the answer, from ids of run_function, if you have it"},
                  "input": {"type": "string", "minLength": 1},
                  "output": {"type": "string", "description": "What is right"}}}}}}""".formatted(FunctionName.NAME, Corrections.MOST);
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public Object call(ObjectNode arguments) {
        var caller = client.require(Role.CALL);
        var sent = arguments.path(CORRECTIONS);
        var violations = new Violations();
        violations.when(!sent.isArray(), "/" + CORRECTIONS, "an array", Violation.shown(sent), "must be an array");
        arguments
                .fieldNames()
                .forEachRemaining(field -> violations.when(
                        !field.equals(NAME) && !field.equals(CORRECTIONS),
                        "/" + field,
                        null,
                        field,
                        "is not a known field"));
        violations.raise();
        try {
            return corrections.take(caller, arguments.path(NAME).textValue(), sent, true);
        } catch (RequestException e) {
            throw e.renamed(field -> field.equals(NAME) ? "/" + NAME : "/" + CORRECTIONS + field);
        }
    }
}
