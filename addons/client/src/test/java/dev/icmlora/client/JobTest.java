package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.client.JobStatus.State;
import dev.icmlora.client.ScriptedServer.Reply;

/// What a job does where the function is busy, or connections break.
class JobTest {

    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final Reply TAKEN =
            new Reply(202, null, "{\"id\": \"" + ID + "\", \"state\": \"open\", \"inputs\": 2, \"done\": 0}");
    private static final String RESULTS = """
            {"index": 0, "input": "a", "output": "yes"}
            {"index": 1, "error": "/inputs/1 must not be empty"}
            {"index": 2, "input": "c", "output": "no", "confidence": 0.5}
            """;

    private static TypedFunction<String, String> echo(ScriptedServer server) {
        return IcmLoraClient.of(server.address())
                .function(String.class, String.class)
                .describedAs("Say it.")
                .timeout(Duration.ofSeconds(20))
                .build();
    }

    @Test
    void aJobThatMayHaveBeenTakenIsNotSentAgain() throws IOException {
        try (var server = new ScriptedServer(ScriptedServer.BROKEN, TAKEN)) {
            assertThatThrownBy(() -> echo(server).submit(List.of("a"))).isInstanceOf(IcmLoraException.class);
            assertThat(server.received()).hasSize(1);
        }
    }

    /// Of a store that took it and did not say so, or of what stands before a function that ended.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Service Unavailable",
                "{\"type\": \"urn:icm-lora:problem:storage-unavailable\", \"title\": \"The store does not answer\"}"
            })
    void whatIsUnavailableMayHaveTakenTheJob(String body) throws IOException {
        try (var server = new ScriptedServer(new Reply(503, null, body), TAKEN)) {
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(() -> echo(server).submit(List.of("a")))
                    .satisfies(e -> assertThat(e.status()).isEqualTo(503));
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void aFunctionThatEndsHasTakenNothing() throws IOException {
        var ending = "{\"type\": \"urn:icm-lora:problem:shutting-down\", \"title\": \"The function is shutting down\"}";
        try (var server = new ScriptedServer(new Reply(503, null, ending), TAKEN)) {
            assertThat(echo(server).submit(List.of("a")).id()).isEqualTo(ID);
        }
    }

    @Test
    void aFunctionThatIsBusyIsAskedAgain() throws IOException {
        try (var server = new ScriptedServer(Reply.of(429), TAKEN)) {
            assertThat(echo(server).submit(List.of("a", "b")).id()).isEqualTo(ID);
            assertThat(server.received())
                    .hasSize(2)
                    .allSatisfy(one -> assertThat(one.body().get("inputs")).hasToString("[\"a\",\"b\"]"));
        }
    }

    @Test
    void resultsGoOnWhereTheirConnectionBroke() throws IOException {
        var begin = Reply.ok(RESULTS.substring(0, RESULTS.indexOf("\"error\""))).brokenOff();
        try (var server = new ScriptedServer(begin, Reply.ok(RESULTS));
                var answers = echo(server).job(ID).results()) {
            var all = answers.toList();

            assertThat(all).extracting(answer -> answer.value().orElse(null)).containsExactly("yes", null, "no");
            assertThat(all.get(1).reason()).contains("/inputs/1 must not be empty");
            assertThat(all.get(2).confidence()).hasValue(0.5);
            assertThat(server.received())
                    .extracting(ScriptedServer.Received::path)
                    .containsExactly("/jobs/" + ID + "/results", "/jobs/" + ID + "/results");
        }
    }

    @Test
    void resultsThatAlwaysBreakOffAreGivenUp() throws IOException {
        var begin = Reply.ok("{\"index\": 0,").brokenOff();
        try (var server = new ScriptedServer(begin, begin, begin, begin);
                var answers = echo(server).job(ID).results()) {
            assertThatThrownBy(answers::toList).hasMessageContaining("broke");
            assertThat(server.received()).hasSize(4);
        }
    }

    @Test
    void resultsThatAreNotThereAreAnErrorAtOnce() throws IOException {
        var conflict = new Reply(409, null, "{\"title\": \"The job is in another state\", \"status\": 409}");
        try (var server = new ScriptedServer(conflict)) {
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(() -> echo(server).job(ID).results())
                    .withMessage("409 The job is in another state")
                    .satisfies(e -> assertThat(e.status()).isEqualTo(409));
        }
    }

    @Test
    void aJobThatIsGoneAfterABrokenConnectionIsForgotten() throws IOException {
        var gone = new Reply(404, null, "{\"title\": \"There is no such job\", \"status\": 404}");
        try (var server = new ScriptedServer(ScriptedServer.BROKEN, gone, gone)) {
            echo(server).job(ID).delete();
            assertThatThrownBy(() -> echo(server).job(ID).delete()).hasMessage("404 There is no such job");
        }
    }

    @Test
    void aFailedJobSaysWhy() throws IOException {
        var failed = Reply.ok("{\"id\": \"" + ID + "\", \"state\": \"failed\", \"inputs\": 2, \"error\": "
                + "{\"title\": \"The task is not valid\", \"status\": 400, \"detail\": \"no adapter\"}}");
        try (var server = new ScriptedServer(TAKEN, failed, Reply.ok("{\"state\": \"asleep\"}"))) {
            var job = echo(server).job(ID);

            var status = job.await(Duration.ofSeconds(10));

            assertThat(status.state()).isEqualTo(State.FAILED);
            assertThat(status.done()).isEmpty();
            assertThat(status.error()).contains("400 The task is not valid: no adapter");
            assertThatThrownBy(job::status).hasMessageContaining("no state of a job that is known here");
        }
    }

    @Test
    void whoWaitsNoLongerSeesThatItIsOpen() throws IOException {
        try (var server = new ScriptedServer(TAKEN, TAKEN, TAKEN)) {
            var job = echo(server).job(ID);

            assertThat(job.await(Duration.ZERO).state()).isEqualTo(State.OPEN);
            assertThat(job.await(Duration.ofMillis(1)).done()).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "urgency", "../functions/urgency", "0123456789ABCDEF0123456789ABCDEF"})
    void whatIsNoIdIsRefused(String id) throws IOException {
        try (var server = new ScriptedServer()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> echo(server).job(id))
                    .withMessageStartingWith("'" + id + "' is no job's id");
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void aFunctionOfATestHasNoJobs() {
        TypedFunction<String, String> lambda = inputs -> List.of();

        assertThatThrownBy(() -> lambda.submit(List.of("a"))).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> lambda.job(ID)).isInstanceOf(UnsupportedOperationException.class);
    }
}
