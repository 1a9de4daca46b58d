package dev.icmlora.mcp;

import java.util.List;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.function.error.Problems;

/// The tools, and their replies as the protocol has them.
final class Tools {

    private final List<Tool> tools;
    private final ObjectMapper mapper;
    private final Problems problems;

    Tools(List<Tool> tools, ObjectMapper mapper, Problems problems) {
        this.tools = tools;
        this.mapper = mapper;
        this.problems = problems;
    }

    /// What an agent has to know of each, always in the same order.
    ArrayNode described() {
        var described = mapper.createArrayNode();
        for (var tool : tools) {
            var entry = described.addObject().put("name", tool.name()).put("description", tool.description());
            entry.set("inputSchema", schema(tool));
            entry.putObject("annotations")
                    .put("readOnlyHint", tool.isReadOnly())
                    .put("destructiveHint", false)
                    .put("idempotentHint", true)
                    .put("openWorldHint", false);
        }
        return described;
    }

    private JsonNode schema(Tool tool) {
        try {
            return mapper.readTree(tool.inputSchema());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the schema of " + tool.name() + " is JSON", e);
        }
    }

    /// What a tool replies. What it refuses, and what it fails over, is a reply too, which says what the same
    /// request to another route would be told: a model can read it, and try again.
    ///
    /// @param params of `tools/call`
    /// @throws RpcException if they name no tool, or have arguments that are no object
    ObjectNode call(JsonNode params) {
        var tool = named(params.path("name").textValue());
        var arguments = arguments(params.path("arguments"));
        try {
            return reply(tool.call(arguments), false);
        } catch (RuntimeException e) {
            return reply(problems.of(e), true);
        }
    }

    private Tool named(String name) {
        return tools.stream()
                .filter(tool -> tool.name().equals(name))
                .findFirst()
                .orElseThrow(() -> RpcException.invalidParams("/params/name is none of "
                        + tools.stream().map(Tool::name).collect(Collectors.joining(", "))));
    }

    private ObjectNode arguments(JsonNode sent) {
        if (sent.isMissingNode() || sent.isNull()) {
            return mapper.createObjectNode();
        }
        if (sent instanceof ObjectNode arguments) {
            return arguments;
        }
        throw RpcException.invalidParams("/params/arguments must be an object");
    }

    /// The text is for clients from before there was structured content.
    private ObjectNode reply(Object outcome, boolean isError) {
        JsonNode json = mapper.valueToTree(outcome);
        var reply = mapper.createObjectNode().put("isError", isError);
        reply.putArray("content").addObject().put("type", "text").put("text", json.toString());
        reply.set("structuredContent", json);
        return reply;
    }
}
