package dev.icmlora.cli.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import dev.icmlora.cli.function.ScriptedFunction.Reply;

/// `icm-lora rebuild`.
class RebuildCommandTest {

    private static final Reply VERSION = Reply.ok(
            "{\"name\": \"f\", \"version\": 2, \"task\": {\"examples\": [{\"input\": \"a\", \"output\": \"b\"}]}}");

    private static Reply improved(String steps) {
        return Reply.ok(
                "{\"improvements\": [{\"from\": 2, \"reason\": \"no\"}, {\"from\": 1, \"version\": 2, \"candidate\":"
                        + " {\"adapter\": \"sha256:aa\", \"base_model\": \"m\"" + steps + "}}]}");
    }

    @Test
    void aTunedAdapterIsMadeAgain() throws IOException {
        var made = Reply.ok("{\"id\": \"sha256:aa\", \"cached\": false}");
        try (var function = new ScriptedFunction(VERSION, improved(", \"steps\": 12"), made)) {
            var ran = function.run("", "rebuild", "f@2");

            assertThat(ran.out()).isEqualTo("f@2 sha256:aa is the same\n");
            assertThat(ran.code()).isZero();
            assertThat(function.calls())
                    .containsExactly("GET /functions/f%402", "GET /functions/f/improvements", "POST /adapter");
            assertThat(function.received().getLast().body())
                    .hasToString("{\"task\":{\"function\":\"f@2\"},\"tune\":{\"when\":\"now\"}}");
        }
    }

    @Test
    void whatAnswersBesideAHeadIsCompared() throws IOException {
        var made = Reply.ok("{\"outputs\": [\"b\"], \"adapter\": {\"id\": \"sha256:bb\", \"cached\": true}}");
        try (var function = new ScriptedFunction(VERSION, improved(""), made)) {
            var ran = function.run("", "rebuild", "f@2");

            assertThat(ran.out())
                    .isEqualTo("f@2 sha256:bb differs from sha256:aa, and was known already\n"
                            + "It was made with the base model m and no generator\n");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(function.calls().getLast()).isEqualTo("POST /generate");
        }
    }

    @Test
    void aVersionThatNoImprovementMadeIsRefused() throws IOException {
        try (var function = new ScriptedFunction(VERSION, Reply.ok("{\"improvements\": []}"))) {
            var ran = function.run("", "rebuild", "f");

            assertThat(ran.err()).contains("no improvement made this version");
            assertThat(ran.code()).isEqualTo(1);
        }
    }
}
