package dev.icmlora.mcp;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;

/// A client of the Model Context Protocol, written out: each request says all that it has to say.
public final class Agent {

    public static final String PATH = "/mcp";
    static final String MODERN = "2026-07-28";
    static final String LEGACY = "2025-11-25";

    private static final String PREFIX = "io.modelcontextprotocol/";

    private final String revision;
    private final Supplier<RequestSpecification> request;

    private Agent(String revision, Supplier<RequestSpecification> request) {
        this.revision = revision;
        this.request = request;
    }

    /// Somebody without a key.
    static Agent speaking(String revision) {
        return new Agent(revision, () -> given());
    }

    /// Somebody with a key or a token.
    public static Agent with(String credential) {
        return new Agent(MODERN, () -> given().header("Authorization", "Bearer " + credential));
    }

    static Map<String, Object> message(String method, Map<String, Object> params) {
        return Map.of("jsonrpc", "2.0", "id", 7, "method", method, "params", params);
    }

    static Map<String, Object> meta(String revision) {
        return Map.of(PREFIX + "protocolVersion", revision, PREFIX + "clientCapabilities", Map.of());
    }

    private boolean isModern() {
        return revision.equals(MODERN);
    }

    public ValidatableResponse send(String method, Map<String, Object> params) {
        var sent = request.get()
                .contentType(ContentType.JSON)
                .accept("application/json, text/event-stream")
                .header("MCP-Protocol-Version", revision);
        var all = new HashMap<>(params);
        if (isModern()) {
            sent.header("Mcp-Method", method);
            all.put("_meta", meta(revision));
            if (params.get("name") instanceof String name) {
                sent.header("Mcp-Name", name);
            }
        }
        return sent.body(message(method, all)).post(PATH).then();
    }

    /// The result of a request that has one.
    JsonPath result(String method, Map<String, Object> params) {
        return send(method, params)
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("jsonrpc", equalTo("2.0"))
                .body("id", equalTo(7))
                .body("error", nullValue())
                .body("result.resultType", isModern() ? equalTo("complete") : nullValue())
                .extract()
                .jsonPath()
                .setRootPath("result");
    }

    /// What a tool replies to what it takes.
    public JsonPath call(String tool, Map<String, Object> arguments) {
        return reply(tool, arguments, false);
    }

    /// What a tool replies to what it does not take: a problem.
    public JsonPath refused(String tool, Map<String, Object> arguments) {
        return reply(tool, arguments, true);
    }

    private JsonPath reply(String tool, Map<String, Object> arguments, boolean isError) {
        var reply = send("tools/call", Map.of("name", tool, "arguments", arguments))
                .statusCode(200)
                .body("result.isError", equalTo(isError))
                .body("result.content[0].type", equalTo("text"))
                .extract();
        var text = JsonPath.from(reply.<String>path("result.content[0].text"));
        if (!text.get().equals(reply.path("result.structuredContent"))) {
            throw new AssertionError("text and structured content differ: " + reply.asString());
        }
        return text;
    }
}
