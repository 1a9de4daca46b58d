package dev.icmlora.function.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.mcp.Agent;

/// Agents may do what their keys and tokens may do, and see what these see.
@Tag("slow")
@QuarkusTest
@TestProfile(SharedInstallation.class)
class McpAccessTest {

    private static Map<String, Object> running(String input) {
        return Map.of("function", "which", "inputs", List.of(input), "mode", "plain");
    }

    private static Map<String, Object> definition(String description) {
        return Map.of("name", "which", "task", Map.of("description", description), "labels", List.of("a", "b"));
    }

    /// Somebody who was never here before.
    private static Agent newcomer() {
        return Agent.with(Token.of(UUID.randomUUID().toString()));
    }

    @Test
    void whoHasNoKeyGetsNothing() {
        given().contentType(ContentType.JSON)
                .body(Map.of("jsonrpc", "2.0", "id", 1, "method", "tools/list"))
                .post(Agent.PATH)
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", containsString("Bearer"));
    }

    @Test
    void whoMayNeitherAskNorDefineIsNotLetIn() {
        for (var key : List.of(SharedInstallation.KEY_OF_SENDER, SharedInstallation.KEY_OF_SCRAPER)) {
            Agent.with(key)
                    .send("tools/list", Map.of())
                    .statusCode(403)
                    .body("type", equalTo("urn:icm-lora:problem:missing-role"))
                    .body("detail", containsString("call or upload"));
        }
    }

    @Test
    void whoMayAskOnlyDefinesNothing() {
        var caller = Agent.with(SharedInstallation.KEY_OF_CALLER);

        var problem = caller.refused("define_function", definition("Which?"));

        assertThat(problem.getInt("status")).isEqualTo(403);
        assertThat(problem.getString("type")).isEqualTo("urn:icm-lora:problem:missing-role");
        assertThat(problem.getString("detail")).contains("the role upload", "ICM_LORA_ROLES_CALLER");
    }

    @Test
    void eachTenantHasFunctionsOfItsOwn() {
        var alice = newcomer();
        var bob = newcomer();
        alice.call("define_function", definition("Which is it?"));

        assertThat(bob.call("list_functions", Map.of()).getList("functions")).isEmpty();
        assertThat(bob.refused("run_function", running("x")).getInt("status")).isEqualTo(404);
        assertThat(alice.call("run_function", running("x")).getString("function"))
                .isEqualTo("which@1");
    }

    @Test
    void aRequestTooManyIsRefused() {
        var agent = newcomer();
        var answered = 0;
        var reply = agent.send("ping", Map.of());
        while (reply.extract().statusCode() == 200 && answered < 10 * SharedInstallation.PER_MINUTE) {
            answered++;
            reply = agent.send("ping", Map.of());
        }

        reply.statusCode(429).body("type", equalTo("urn:icm-lora:problem:rate-limit-exceeded"));
        assertThat(answered).isGreaterThanOrEqualTo(SharedInstallation.PER_MINUTE);
    }

    @Test
    void aTokenTooManyIsRefusedByTheTool() {
        var agent = newcomer();
        agent.call("define_function", definition("Which is it?"));
        var used = 0;
        for (var word : List.of("dog ", "cat ")) {
            var input = word.repeat(SharedInstallation.TOKENS_PER_DAY * 2 / 3);
            used += agent.call("run_function", running(input)).getInt("usage.prompt_tokens");
        }
        assertThat(used).isGreaterThan(SharedInstallation.TOKENS_PER_DAY);

        var problem = agent.refused("run_function", running("x"));

        assertThat(problem.getInt("status")).isEqualTo(429);
        assertThat(problem.getString("type")).isEqualTo("urn:icm-lora:problem:token-quota-exceeded");
        assertThat(problem.getInt("retry_after")).isPositive();
        assertThat(agent.call("list_functions", Map.of()).getList("functions")).hasSize(1);
    }
}
