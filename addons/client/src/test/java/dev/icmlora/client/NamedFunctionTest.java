package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

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
            assertThat(truth.version()).contains("truth@3");

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
    void anAnswerIsCorrectedAndTheFunctionImproved() throws IOException {
        var answer = Reply.ok("{\"outputs\": [\"true\"], \"ids\": [\"AAAB\"], \"details\": [{}]}");
        var taken = Reply.ok("{\"added\": 1}");
        var improved =
                Reply.ok("{\"from\": 3, \"version\": 4, \"held_back\": 20, \"right_before\": 9, \"right_after\": 18}");
        var refused = Reply.ok("{\"from\": 4, \"held_back\": 4, \"reason\": \"there is too little feedback\"}");
        try (var server = new ScriptedServer(definition(3, ""), answer, taken, taken, improved, refused)) {
            var truth = truth(server, "truth").describedAs("Is it so?").build();
            var said = truth.ask("a");
            assertThat(said.id()).contains("AAAB");

            truth.correct(said, "a", false);
            truth.correct("b", true);

            assertThat(truth.improve()).isEqualTo(new Improvement(3, OptionalInt.of(4), Optional.empty(), 20, 9, 18));
            assertThat(truth.improve().reason()).contains("there is too little feedback");
            var received = server.received();
            assertThat(received.subList(2, 6))
                    .extracting(one -> one.method() + " " + one.path())
                    .containsExactly(
                            "POST /functions/truth/feedback",
                            "POST /functions/truth/feedback",
                            "POST /functions/truth/improve",
                            "POST /functions/truth/improve");
            assertThat(received.get(2).body()).hasToString("{\"input\":\"a\",\"output\":\"false\",\"id\":\"AAAB\"}");
            assertThat(received.get(3).body()).hasToString("{\"input\":\"b\",\"output\":\"true\"}");
        }
    }

    @Test
    void onlyAFunctionWithANameLearns() throws IOException {
        try (var server = new ScriptedServer()) {
            var truth = IcmLoraClient.of(server.address())
                    .function(String.class, Boolean.class)
                    .describedAs("Is it so?")
                    .build();
            assertThat(truth.version()).isEmpty();
            assertThatThrownBy(() -> truth.correct("a", true)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(truth::improve).isInstanceOf(UnsupportedOperationException.class);
            assertThat(server.received()).isEmpty();
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
