package dev.icmlora.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;

/// What a client sends: a request of JSON-RPC 2.0, or a notification, which has no id and no answer.
///
/// @param id a text or an integer; null for a notification
/// @param params an object, empty where none was sent
record Message(JsonNode id, String method, JsonNode params) {

    static final String JSON_RPC = "2.0";

    /// @param body a JSON object
    /// @throws RequestException naming everything that is wrong with it
    static Message of(JsonNode body) {
        var version = body.path("jsonrpc");
        var method = body.path("method");
        var id = body.get("id");
        var params = body.path("params");
        var isAbsent = params.isMissingNode() || params.isNull();
        var violations = new Violations();
        violations.when(!JSON_RPC.equals(version.textValue()), "/jsonrpc", JSON_RPC, shown(version), "must be \"2.0\"");
        violations.when(!method.isTextual(), "/method", "a string", shown(method), "must be a string");
        violations.when(
                id != null && !id.isTextual() && !id.isIntegralNumber(),
                "/id",
                "a string or an integer",
                shown(id),
                "must be a string or an integer");
        violations.when(!isAbsent && !params.isObject(), "/params", "an object", shown(params), "must be an object");
        violations.raise();
        return new Message(id, method.textValue(), isAbsent ? JsonNodeFactory.instance.objectNode() : params);
    }

    private static Object shown(JsonNode node) {
        return node == null || node.isMissingNode() ? null : Violation.shown(node);
    }

    boolean isNotification() {
        return id == null;
    }
}
