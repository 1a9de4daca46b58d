package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.client.ScriptedServer.Reply;

/// What is sent for a function that has a name, and what is refused before.
class NamedFunctionTest {

    private static final String TASK = "\"task\": {\"description\": \"Is it so?\", \"examples\": []}";

    private static FunctionBuilder<String, Boolean> truth(ScriptedServer server, String name) {
        return IcmLoraClient.of(server.address()).function(name, String.class, Boolean.class);
    }

    private static Reply definition(int version, String form) {
        return Reply.ok("{\"name\": \"truth\", \"version\": " + version + ", " + TASK + form + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Urgency", "3urgency", "urgency@", "urgency@0", "a/b", "a b", "../adapters", "é", "a?b"})
    void whatIsNoNameIsRefused(String name) throws IOException {
        try (var server = new ScriptedServer()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> truth(server, name))
                    .withMessageStartingWith("'" + name + "' is no function's name: ");
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void aDefinitionIsSentOnceAndItsVersionIsCalled() throws IOException {
        var answer = Reply.ok("{\"outputs\": [\"true\"], \"details\": [{}]}");
        try (var server = new ScriptedServer(definition(3, ", \"labels\": [\"true\", \"false\"]"), answer, answer)) {
            var truth = truth(server, "truth").describedAs("Is it so?").build();
            truth.apply("a");
            truth.apply("b");

            var received = server.received();
            assertThat(received)
                    .extracting(one -> one.method() + " " + one.path())
                    .containsExactly("PUT /functions/truth", "POST /generate", "POST /generate");
            assertThat(received.get(0).body())
                    .isEqualTo(Json.MAPPER.readTree("{" + TASK + ", \"labels\": [\"true\", \"false\"]}"));
            assertThat(received.get(1).body())
                    .hasToString("{\"confidence\":true,\"task\":{\"function\":\"truth@3\"},\"inputs\":[\"a\"]}");
        }
    }

    @Test
    void aRiskTakesThePlaceOfAThreshold() throws IOException {
        var answer = Reply.ok("{\"outputs\": [null], \"details\": [{\"reason\": \"confidence 0.7 is below 0.95\"}]}");
        try (var server = new ScriptedServer(definition(2, ""), answer)) {
            var unsure =
                    truth(server, "truth").abstainBelow(0.5).risk(0.05).build().ask("a");

            assertThat(unsure.value()).isEmpty();
            assertThat(server.received().get(1).body().get("abstain_below")).hasToString("{\"risk\":0.05}");
        }
    }

    @Test
    void aVersionCannotBeDefined() throws IOException {
        try (var server = new ScriptedServer()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> truth(server, "truth@3").example("a", true).build())
                    .withMessageStartingWith("truth@3 is a version, which does not change");
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void aFunctionThatLeavesItsOutputsOpenIsAskedForThoseOfTheType() throws IOException {
        var answer = Reply.ok("{\"outputs\": [\"false\"], \"details\": [{}]}");
        try (var server = new ScriptedServer(definition(2, ""), answer)) {
            assertThat(truth(server, "truth").build().apply("a")).isFalse();

            var received = server.received();
            assertThat(received)
                    .extracting(one -> one.method() + " " + one.path())
                    .containsExactly("GET /functions/truth", "POST /generate");
            assertThat(received.get(1).body().get("labels")).hasToString("[\"true\",\"false\"]");
        }
    }

    @Test
    void aFunctionOfAnotherTypeIsRefused() throws IOException {
        var labels = definition(1, ", \"labels\": [\"true\", \"maybe\"]");
        var schema = definition(1, ", \"schema\": {\"type\": \"boolean\"}");
        try (var server = new ScriptedServer(labels, schema, labels)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> truth(server, "truth").build())
                    .withMessageStartingWith("truth@1 answers otherwise")
                    .withMessageEndingWith("its label 'maybe' is none of [true, false]");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> truth(server, "truth").build())
                    .withMessageContaining("wants labels");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> IcmLoraClient.of(server.address())
                            .function("truth", String.class, int.class)
                            .build())
                    .withMessageContaining("wants a schema");
        }
    }

    @Test
    void whatIsNoFunctionIsSaidToBeNone() throws IOException {
        try (var server = new ScriptedServer(Reply.ok("{}"), new Reply(404, null, "gone"))) {
            assertThatThrownBy(() -> truth(server, "truth").build()).hasMessageContaining("it names no version");
            assertThatThrownBy(() -> truth(server, "truth").build()).hasMessage("404 HTTP status: gone");
        }
    }
}
