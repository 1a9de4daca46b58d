package dev.icmlora.mcp;

import java.util.List;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.decisions.Decisions;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.ClientConnection;

/// `POST /v1/systemone`, as a tool: a state and questions about it.
final class Decide implements Tool {

    private static final List<String> FIELDS = List.of("state", "questions");
    /// The format wants a name; no function has one with a capital letter.
    private static final String ANY_MODEL = "Any";

    private final Decisions decisions;
    private final ClientConnection client;

    Decide(Decisions decisions, ClientConnection client) {
        this.decisions = decisions;
        this.client = client;
    }

    @Override
    public String name() {
        return "decide";
    }

    @Override
    public String description() {
        return """
                Answer closed questions about a state: which one of some options, which level, or whether something is \
                so. Each answer has a probability for every option. Give a question two examples or more of each \
                option, or the name of a function: it is then answered as these were, else by its words alone.""";
    }

    @Override
    public String inputSchema() {
        return """
                {"type": "object", "additionalProperties": false, "required": ["state", "questions"], "properties": {
                 "state": {"type": ["string", "object", "array"], "description": "What the questions are about"},
                 "questions": {"type": "object", "minProperties": 1, "maxProperties": %d,
                  "description": "By names of yours, which the answers have too", "additionalProperties": {
                  "type": "object", "required": ["type"], "properties": {
                  "type": {"enum": ["choice", "score", "noul"],
                   "description": "noul asks whether something is so; its answer is the probability of yes"},
                  "instructions": {"type": "string", "description": "The question"},
                  "criteria": {"type": ["object", "array"], "description": "Of a choice an object: each option with \
                what it means, or null. Of a score an array: the levels from low to high. Of a noul, if given, an object \
                that says what true and false mean."},
                  "examples": {"type": "array", "items": {"type": "object", "required": ["state", "answer"],
                   "properties": {
                   "state": {"type": ["string", "object", "array"]},
                   "answer": {"type": ["string", "integer", "boolean"],
                    "description": "An option, a level or its number from 0, or true or false"}}}},
                  "function": {"type": "string", "pattern": "%s",
                   "description": "A function with labels, in place of instructions and examples"}}}}}}""".formatted(Decisions.MOST_QUESTIONS, FunctionName.WHOLE_FORM);
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public Object call(ObjectNode arguments) {
        var caller = client.require(Role.CALL);
        var violations = new Violations();
        arguments
                .properties()
                .forEach(field -> violations.when(
                        !FIELDS.contains(field.getKey()),
                        "/" + field.getKey(),
                        FIELDS,
                        Violation.shown(field.getValue()),
                        "is not a known field"));
        violations.raise();
        var asked = Decisions.asked(arguments.put("model", ANY_MODEL));
        return client.whileOpen(() -> decisions.systemOne(caller, asked));
    }
}
