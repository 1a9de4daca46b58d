package dev.icmlora.cli.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import dev.icmlora.cli.function.ScriptedFunction.Ran;
import dev.icmlora.cli.function.ScriptedFunction.Received;
import dev.icmlora.cli.function.ScriptedFunction.Reply;

/// `icm-lora run` where the function refuses, is busy, or has no answer.
class RunCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ID = "0123456789abcdef0123456789abcdef";

    private static Reply outputs(String... outputs) {
        return Reply.ok("{\"function\": \"f@2\", \"outputs\": ["
                + Stream.of(outputs).map(output -> "\"" + output + "\"").collect(Collectors.joining(", ")) + "]}");
    }

    private static Reply job(String state, String more) {
        return Reply.ok("{\"id\": \"" + ID + "\", \"state\": \"" + state + "\", \"inputs\": 3" + more + "}");
    }

    private static List<JsonNode> json(Ran ran) throws IOException {
        return JSON.readerFor(JsonNode.class).<JsonNode>readValues(ran.out()).readAll();
    }

    @Test
    void moreLinesThanARequestTakesComeInTheirOrderFromOneVersion() throws IOException {
        var numbers = IntStream.range(0, 300).mapToObj(Integer::toString).toArray(String[]::new);
        var first = outputs(List.of(numbers).subList(0, 256).toArray(String[]::new));
        var rest = outputs(List.of(numbers).subList(256, 300).toArray(String[]::new));
        try (var function = new ScriptedFunction(first, rest)) {
            var ran = function.run(String.join("\n", numbers) + "\n", "run", "f");

            assertThat(ran.out().lines()).containsExactly(numbers);
            assertThat(ran.code()).isZero();
            assertThat(function.received())
                    .extracting(received -> received.inputs().size())
                    .containsExactly(256, 44);
            assertThat(function.received()).extracting(Received::function).containsExactly("f", "f@2");
        }
    }

    @Test
    void aLineThatCannotBeAnsweredCostsItsOwnAnswer() throws IOException {
        var broken = Reply.problem(400, "must not be empty", "/inputs/1", "/inputs/3");
        try (var function = new ScriptedFunction(broken, outputs("A", "C"))) {
            var ran = function.run("a\n\nc\n\n", "run", "f");

            assertThat(ran.out()).isEqualTo("A\n\nC\n\n");
            assertThat(ran.err()).startsWith("/inputs/1 must not be empty\n/inputs/3 must not be empty\n");
            assertThat(ran.err()).endsWith("4 inputs: 2 answered, 0 abstained, 2 failed\n");
            assertThat(ran.code()).isEqualTo(3);
            assertThat(function.received().get(1).inputs()).containsExactly("a", "c");
        }
    }

    @Test
    void whatIsWrongWithAnythingElseEndsTheRun() throws IOException {
        var labels = Reply.problem(400, "must not be given", "/labels", "/inputs/0");
        try (var function = new ScriptedFunction(labels)) {
            var ran = function.run("a\nb\n", "run", "f", "--labels", "yes,no");

            assertThat(ran.out()).isEmpty();
            assertThat(ran.err()).contains("the function refused (400): must not be given");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(function.received().getFirst().body().get("labels")).hasToString("[\"yes\",\"no\"]");
        }
    }

    @Test
    void whatTakesTooLongIsAskedInHalves() throws IOException {
        var late = Reply.problem(504, "took too long");
        try (var function = new ScriptedFunction(late, outputs("A"), late, outputs("B"), late)) {
            var ran = function.run("a\nb\nc\n", "run", "f", "--json");

            assertThat(json(ran))
                    .extracting(line -> line.get("output").isNull()
                            ? line.get("error").asText()
                            : line.get("output").asText())
                    .containsExactly("A", "B", "the function refused (504): took too long");
            assertThat(ran.code()).isEqualTo(3);
            assertThat(function.received())
                    .extracting(Received::inputs)
                    .containsExactly(
                            List.of("a", "b", "c"), List.of("a"), List.of("b", "c"), List.of("b"), List.of("c"));
        }
    }

    @Test
    void aFunctionThatIsBusyIsAskedAgain() throws IOException {
        try (var function =
                new ScriptedFunction(Reply.problem(429, "is busy"), Reply.problem(503, "shuts down"), outputs("A"))) {
            assertThat(function.run("a\n", "run", "f").out()).isEqualTo("A\n");
            assertThat(function.calls()).hasSize(3);
        }
    }

    /// A second one would be done too.
    @Test
    void aJobThatMayHaveBeenTakenIsNotSentAgain() throws IOException {
        var unavailable = new Reply(
                503,
                "{\"type\": \"urn:icm-lora:problem:storage-unavailable\", \"title\": \"Unavailable\", \"status\": 503}");
        try (var function = new ScriptedFunction(unavailable, Reply.ok("{\"id\": \"" + "0".repeat(32) + "\"}"))) {
            assertThat(function.run("a\n", "run", "f", "--job").err()).contains("refused (503)");
            assertThat(function.calls()).containsExactly("POST /jobs");
        }
    }

    @Test
    void aJobIsSentAgainToAFunctionThatHasTakenNothing() throws IOException {
        var ends = new Reply(
                503, "{\"type\": \"urn:icm-lora:problem:shutting-down\", \"title\": \"Unavailable\", \"status\": 503}");
        try (var function = new ScriptedFunction(Reply.problem(429, "is busy"), ends, Reply.problem(400, "is wrong"))) {
            assertThat(function.run("a\n", "run", "f", "--job").err()).contains("refused (400)");
            assertThat(function.calls()).containsExactly("POST /jobs", "POST /jobs", "POST /jobs");
        }
    }

    @Test
    void anAnswerThatIsNotSureIsLeftOut() throws IOException {
        var reply = Reply.ok("{\"outputs\": [null, \"wait\"], \"details\": ["
                + "{\"confidence\": 0.6, \"reason\": \"confidence 0.6 is below 0.8\"}, {\"confidence\": 0.9}]}");
        try (var function = new ScriptedFunction(reply, reply)) {
            var plain = function.run("a\nb\n", "run", "f", "--abstain", "0.8");
            assertThat(plain.out()).isEqualTo("\nwait\n");
            assertThat(plain.err()).isEqualTo("2 inputs: 1 answered, 1 abstained, 0 failed\n");
            assertThat(plain.code()).isEqualTo(3);

            assertThat(function.run("a\nb\n", "run", "f", "--abstain", "0.8", "--json")
                            .out())
                    .isEqualTo("{\"index\":0,\"input\":\"a\",\"output\":null,\"confidence\":0.6,"
                            + "\"reason\":\"confidence 0.6 is below 0.8\"}\n"
                            + "{\"index\":1,\"input\":\"b\",\"output\":\"wait\",\"confidence\":0.9}\n");
            var asked = function.received().get(1).body();
            assertThat(asked.get("confidence").asBoolean()).isTrue();
            assertThat(asked.get("abstain_below").asDouble()).isEqualTo(0.8);
        }
    }

    @Test
    void aRiskStandsInPlaceOfAThreshold() throws IOException {
        try (var function = new ScriptedFunction(outputs("wait"))) {
            assertThat(function.run("a\n", "run", "f", "--risk", "0.05").code()).isZero();
            assertThat(function.received().getFirst().body().get("abstain_below"))
                    .hasToString("{\"risk\":0.05}");

            var both = function.run("a\n", "run", "f", "--risk", "0.05", "--abstain", "0.8");
            assertThat(both.code()).isNotZero();
            assertThat(both.err()).contains("--risk stands in place of --abstain");
            assertThat(function.calls()).hasSize(1);
        }
    }

    @Test
    void anAnswerIsOneLineAndJsonHasAllOfIt() throws IOException {
        var two = outputs("one\\r\\ntwo");
        try (var function = new ScriptedFunction(two, two)) {
            assertThat(function.run("é\n", "run", "f").out()).isEqualTo("one two\n");
            assertThat(json(function.run("é\n", "run", "f", "--json"))
                            .getFirst()
                            .get("output"))
                    .hasToString("\"one\\r\\ntwo\"");
            assertThat(function.received().getFirst().inputs()).containsExactly("é");
        }
    }

    @Test
    void withoutLinesNothingIsAsked() throws IOException {
        try (var function = new ScriptedFunction()) {
            assertThat(function.run("", "run", "f").code()).isZero();
            assertThat(function.calls()).isEmpty();
        }
    }

    @Test
    void whatIsNoFunctionIsSaidToBeNone() throws IOException {
        try (var function = new ScriptedFunction(Reply.ok("<html>"), Reply.ok("{}"))) {
            assertThat(function.run("a\n", "run", "f").err()).contains("is no JSON");
            assertThat(function.run("a\n", "run", "f").err()).contains("it has not an output for each input");
        }
    }

    @Test
    void aJobIsWaitedForAndForgotten() throws IOException {
        var results = """
                {"index": 0, "input": "a", "output": "A", "confidence": 0.9}
                {"index": 1, "error": "/inputs/1 must not be empty"}
                {"index": 2, "input": "c", "reason": "not sure", "confidence": 0.5}
                """;
        try (var function = new ScriptedFunction(
                job("open", ", \"done\": 0"),
                job("open", ", \"done\": 0"),
                job("completed", ", \"done\": 3"),
                Reply.ok(results),
                new Reply(204, ""))) {
            var ran = function.run("a\n\nc\n", "run", "f", "--job", "--json");

            assertThat(ran.out())
                    .isEqualTo(
                            "{\"index\":0,\"input\":\"a\",\"output\":\"A\",\"confidence\":0.9}\n"
                                    + "{\"index\":1,\"input\":\"\",\"output\":null,\"error\":\"/inputs/1 must not be empty\"}\n"
                                    + "{\"index\":2,\"input\":\"c\",\"output\":null,\"reason\":\"not sure\",\"confidence\":0.5}\n");
            assertThat(ran.err()).startsWith("job " + ID).contains("1 answered, 1 abstained, 1 failed");
            assertThat(ran.code()).isEqualTo(3);
            assertThat(function.calls())
                    .containsExactly(
                            "POST /jobs",
                            "GET /jobs/" + ID,
                            "GET /jobs/" + ID,
                            "GET /jobs/" + ID + "/results",
                            "DELETE /jobs/" + ID);
            assertThat(function.received().getFirst().inputs()).containsExactly("a", "", "c");
        }
    }

    @Test
    void aJobThatFailedSaysWhyAndStays() throws IOException {
        try (var function = new ScriptedFunction(
                job("open", ""),
                job(
                        "failed",
                        ", \"error\": {\"title\": \"Not found\", \"status\": 404, \"detail\": \"no such adapter\"}"))) {
            var ran = function.run("a\n", "run", "f", "--job");

            assertThat(ran.err()).contains("the job " + ID + " is failed: 404 Not found: no such adapter");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(function.calls()).hasSize(2);
        }
    }

    @Test
    void aDetachedJobIsItsId() throws IOException {
        try (var function = new ScriptedFunction(job("open", ""))) {
            var ran = function.run("a\nb\n", "run", "f", "--job", "--detach");

            assertThat(ran.out()).isEqualTo(ID + "\n");
            assertThat(ran.code()).isZero();
            assertThat(function.calls()).containsExactly("POST /jobs");
        }
    }

    @Test
    void aCommandLineThatIsWrongAsksNothing() throws IOException {
        try (var function = new ScriptedFunction()) {
            assertThat(function.run("a\n", "run").code()).isEqualTo(2);
            assertThat(function.run("a\n", "run", "f", "--abstain", "much").code())
                    .isEqualTo(2);
            var detached = function.run("a\n", "run", "f", "--detach");
            assertThat(detached.code()).isEqualTo(2);
            assertThat(detached.err()).contains("--job");
            assertThat(function.calls()).isEmpty();
        }
    }
}
