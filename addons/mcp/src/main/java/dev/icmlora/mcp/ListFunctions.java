package dev.icmlora.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.service.NamedFunctions;

/// `GET /functions`, as a tool.
final class ListFunctions implements Tool {

    private final NamedFunctions functions;
    private final ClientConnection client;

    ListFunctions(NamedFunctions functions, ClientConnection client) {
        this.functions = functions;
        this.client = client;
    }

    @Override
    public String name() {
        return "list_functions";
    }

    @Override
    public String description() {
        return "List the functions that run_function can run, with the versions of each.";
    }

    @Override
    public String inputSchema() {
        return """
                {"type": "object", "additionalProperties": false}""";
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public Object call(ObjectNode arguments) {
        var caller = client.require(Role.CALL);
        var violations = new Violations();
        violations.when(!arguments.isEmpty(), "", "an empty object", null, "must be empty: this tool has no arguments");
        violations.raise();
        return functions.list(caller.tenant());
    }
}
