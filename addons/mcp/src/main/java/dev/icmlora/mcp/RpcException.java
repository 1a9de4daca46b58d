package dev.icmlora.mcp;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// A request that gets an error of JSON-RPC in place of a result. Its cause is no fault of the function, so it has
/// no stack trace.
final class RpcException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    private final int status;
    private final int code;
    private final transient JsonNode data;

    private RpcException(int status, int code, String message, JsonNode data) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.data = data;
    }

    /// Nothing is served under the name of a method. Clients that began with `initialize` would take a 404 for
    /// the end of their session.
    static RpcException unknownMethod(String method, Era era) {
        var status = era == Era.MODERN ? NOT_FOUND : OK;
        return new RpcException(status, -32601, "There is no method " + method, null);
    }

    /// A parameter is not what its method takes.
    static RpcException invalidParams(String message) {
        return new RpcException(OK, -32602, message, null);
    }

    /// A request does not say what each request has to say.
    static RpcException incomplete(String message) {
        return new RpcException(BAD_REQUEST, -32602, message, null);
    }

    /// A header is missing, or says something else than the body.
    static RpcException headerMismatch(String message) {
        return new RpcException(BAD_REQUEST, -32020, message, null);
    }

    /// A revision of the protocol is not spoken here.
    ///
    /// @param supported those that are
    static RpcException unsupportedVersion(String requested, List<String> supported) {
        var data = JsonNodeFactory.instance.objectNode().put("requested", requested);
        supported.forEach(data.putArray("supported")::add);
        var message = "Version %s of the protocol is none of %s".formatted(requested, String.join(", ", supported));
        return new RpcException(BAD_REQUEST, -32022, message, data);
    }

    /// The status of the HTTP reply.
    int status() {
        return status;
    }

    ObjectNode error() {
        var error = JsonNodeFactory.instance.objectNode().put("code", code).put("message", getMessage());
        if (data != null) {
            error.set("data", data);
        }
        return error;
    }
}
