package dev.icmlora.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;

/// `PUT /functions/{name}`, as a tool: the name is an argument beside the fields of [FunctionDefinition].
final class DefineFunction implements Tool {

    private static final String NAME = "name";

    private final NamedFunctions functions;
    private final ClientConnection client;
    private final JsonBody json;

    DefineFunction(NamedFunctions functions, ClientConnection client, JsonBody json) {
        this.functions = functions;
        this.client = client;
        this.json = json;
    }

    @Override
    public String name() {
        return "define_function";
    }

    @Override
    public String description() {
        return """
                Define a function under a name, or its next version: a task for a small language model, in words, by \
                worked examples or both, and what its answers look like. With three examples or more, a model of its \
                own is tuned for it when it first runs. Defining the same once more changes nothing.""";
    }

    @Override
    public String inputSchema() {
        return """
                {"type": "object", "additionalProperties": false, "required": ["name", "task"], "properties": {
                 "name": {"type": "string", "pattern": "^%s$"},
                 "task": {"type": "object", "additionalProperties": false,
                  "description": "What to do with an input: a description, examples, or both", "properties": {
                  "description": {"type": "string"},
                  "examples": {"type": "array", "items": {"type": "object", "additionalProperties": false,
                   "required": ["input", "output"], "properties": {
                   "input": {"type": "string", "minLength": 1}, "output": {"type": "string"}}}}}},
                 "labels": {"type": "array", "minItems": 2, "maxItems": 256,
                  "items": {"type": "string", "minLength": 1, "maxLength": 200},
                  "description": "Each answer is one of these; in place of a schema"},
                 "schema": {"type": "object",
                  "description": "A JSON schema that each answer follows; in place of labels"},
                 "answer": {"enum": ["span"],
                  "description": "Each answer is a piece of its input; in place of labels and schema"},
                 "tune": {"type": "object", "additionalProperties": false,
                  "description": "How it is tuned on its examples; leave it out for the default", "properties": {
                  "steps": {"type": "integer", "minimum": 1, "maximum": 100},
                  "when": {"enum": ["now", "background", "never"]}}},
                 "improve": {"enum": ["auto"],
                  "description": "Learns from feedback by itself, after some new pieces; else only when told to"}}}""".formatted(FunctionName.NAME);
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public Object call(ObjectNode arguments) {
        var caller = client.require(Role.UPLOAD);
        var name = RequestRules.functionName("/" + NAME, arguments.path(NAME).textValue());
        arguments.remove(NAME);
        return functions
                .define(caller.tenant(), name.toString(), json.part(arguments, "", FunctionDefinition.class))
                .function();
    }
}
