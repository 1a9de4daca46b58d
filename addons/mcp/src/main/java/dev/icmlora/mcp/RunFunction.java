package dev.icmlora.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.service.TaskService;

/// `POST /generate` with the name of a function, as a tool: `function` stands in place of the task.
final class RunFunction implements Tool {

    private static final String FUNCTION = "function";
    private static final String TASK = "task";

    private final TaskService service;
    private final ClientConnection client;
    private final JsonBody json;

    RunFunction(TaskService service, ClientConnection client, JsonBody json) {
        this.service = service;
        this.client = client;
        this.json = json;
    }

    @Override
    public String name() {
        return "run_function";
    }

    @Override
    public String description() {
        return """
                Have a function answer texts. Each input is answered on its own; the outputs are in the order of the \
                inputs. Leave out what you have no reason to set.""";
    }

    @Override
    public String inputSchema() {
        return """
                {"type": "object", "additionalProperties": false, "required": ["function", "inputs"], "properties": {
                 "function": {"type": "string", "pattern": "%s",
                  "description": "Its name, for the newest version, or name@number"},
                 "inputs": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
                 "mode": {"enum": ["auto", "adapter", "adapter_examples", "tuned", "examples", "plain"],
                  "default": "auto", "description": "How it is served"},
                 "max_tokens": {"type": "integer", "minimum": 1, "default": 64,
                  "description": "Most tokens of one answer"},
                 "temperature": {"type": "number", "minimum": 0, "maximum": 2, "default": 0},
                 "seed": {"type": "integer", "minimum": 0, "maximum": 2147483647, "default": 0},
                 "scale": {"type": "number", "minimum": 0, "maximum": 4, "default": 1},
                 "strength": {"type": "number", "minimum": 0, "maximum": 4, "default": 1},
                 "stop": {"type": "array", "maxItems": 8,
                  "items": {"type": "string", "minLength": 1, "maxLength": 100}},
                 "labels": {"type": "array", "minItems": 2, "maxItems": 256,
                  "items": {"type": "string", "minLength": 1, "maxLength": 200},
                  "description": "Each answer is one of these; unless the function has labels or a schema"},
                 "schema": {"type": "object",
                  "description": "A JSON schema that each answer follows; unless the function has labels or a schema"},
                 "answer": {"enum": ["span"],
                  "description": "Each answer is a piece of its input; unless the function has labels or a schema"},
                 "confidence": {"type": "boolean", "default": false, "description": "Say how sure each answer is"},
                 "abstain_below": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1},
                   {"type": "object", "required": ["risk"], "additionalProperties": false,
                    "properties": {"risk": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}}}],
                  "description": "An answer that is less sure is null; a risk is the most of the others that is wrong"},
                 "tune": {"type": "object", "description": "As in define_function, unless the function has it"}}}""".formatted(FunctionName.WHOLE_FORM);
    }

    /// A run may leave an adapter in memory, which changes no answer.
    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public Object call(ObjectNode arguments) {
        var caller = client.require(Role.CALL);
        var name = RequestRules.functionName(
                "/" + FUNCTION, arguments.path(FUNCTION).textValue());
        var violations = new Violations();
        violations.when(
                arguments.has(TASK), "/" + TASK, null, null, "must not be given: /function stands in its place");
        violations.raise();
        arguments.remove(FUNCTION);
        arguments.putObject(TASK).put(FUNCTION, name.toString());
        var request = json.part(arguments, "", GenerateRequest.class);
        return client.whileOpen(() -> service.generate(caller, request));
    }
}
