package dev.icmlora.mcp;

import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// What the methods of the protocol return.
final class Methods {

    private static final String INSTRUCTIONS = """
            Functions are narrow tasks under a name, each done by a small language model that was made for it: classify \
            texts, take fields out of them, rewrite them. They are cheap where the same is done to many texts. Look \
            with list_functions whether one is there, before you define one with three worked examples or more. A single \
            decision about a text needs no function: ask decide.""";
    /// How long a client may go on without asking again. An upgrade may bring other tools.
    private static final long FRESH_MILLIS = Duration.ofMinutes(5).toMillis();

    private final Tools tools;
    private final String version;

    Methods(Tools tools, String version) {
        this.tools = tools;
        this.version = version;
    }

    /// The result of a request.
    ///
    /// @throws RpcException if it has none
    ObjectNode result(Message request, Era era) {
        var result = result(request.method(), request.params(), era);
        if (era == Era.MODERN) {
            result.put("resultType", "complete");
            result.putObject("_meta").set(Revisions.PREFIX + "serverInfo", serverInfo());
        }
        return result;
    }

    private ObjectNode result(String method, JsonNode params, Era era) {
        return switch (method) {
            case Revisions.INITIALIZE -> initialized(params);
            case "server/discover" -> discovered();
            case "ping" -> object();
            case "tools/list" -> fresh(object().set("tools", tools.described()));
            case Revisions.CALL_TOOL -> tools.call(params);
            default -> throw RpcException.unknownMethod(method, era);
        };
    }

    private ObjectNode initialized(JsonNode params) {
        var requested = params.path("protocolVersion").textValue();
        if (requested == null) {
            throw RpcException.invalidParams("/params/protocolVersion must be a string");
        }
        var result = described().put("protocolVersion", Revisions.agreed(requested));
        result.set("serverInfo", serverInfo());
        return result;
    }

    private ObjectNode discovered() {
        var result = fresh(described());
        Revisions.ALL.forEach(result.putArray("supportedVersions")::add);
        return result;
    }

    private static ObjectNode described() {
        var described = object().put("instructions", INSTRUCTIONS);
        described.putObject("capabilities").putObject("tools");
        return described;
    }

    private static ObjectNode fresh(ObjectNode result) {
        return result.put("ttlMs", FRESH_MILLIS).put("cacheScope", "public");
    }

    private ObjectNode serverInfo() {
        return object().put("name", "icm-lora").put("version", version);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
