package dev.icmlora.cli.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.cli.function.ScriptedFunction.Reply;

/// `icm-lora feedback`.
class FeedbackCommandTest {

    private static final String LINE = "{\"input\": \"a\", \"output\": \"b\"}\n";
    private static final Reply TAKEN = Reply.ok("{\"added\": 1, \"known\": 0, \"feedback\": 9, \"contradictions\":"
            + " [{\"input\": \"a\", \"outputs\": [\"b\", \"c\"]}]}");

    @TempDir
    Path folder;

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("corrections.jsonl"), text).toString();
    }

    @Test
    void linesAreSentAndTheFunctionImproved() throws IOException {
        try (var function = new ScriptedFunction(TAKEN, Reply.ok("{\"from\": 1, \"version\": 2}"))) {
            var ran = function.run("", "feedback", "f", file(LINE + "\n"), "--improve");

            assertThat(ran.err()).isEmpty();
            assertThat(ran.out())
                    .isEqualTo("1 added, 0 known, 9 in all\n"
                            + "contradiction: {\"input\":\"a\",\"outputs\":[\"b\",\"c\"]}\n"
                            + "{\"from\":1,\"version\":2}\n");
            assertThat(function.calls()).containsExactly("POST /functions/f/feedback", "POST /functions/f/improve");
            assertThat(function.received().getFirst().body()).hasToString("[{\"input\":\"a\",\"output\":\"b\"}]");
        }
    }

    @Test
    void moreLinesThanARequestTakesAreSeveral() throws IOException {
        try (var function = new ScriptedFunction(TAKEN, TAKEN)) {
            function.run("", "feedback", "f", file(String.join("", Collections.nCopies(300, LINE))));

            assertThat(function.received()).extracting(one -> one.body().size()).containsExactly(256, 44);
        }
    }

    @Test
    void whatIsWrongIsSaid() throws IOException {
        try (var function = new ScriptedFunction(Reply.problem(400, "is none of the function's labels", "/0/output"))) {
            assertThat(function.run("", "feedback", "f", file("x")).err()).contains("'x' is no JSON");
            var ran = function.run("", "feedback", "f", file(LINE));

            assertThat(ran.err()).contains("is none of the function's labels");
            assertThat(ran.code()).isEqualTo(1);
        }
    }
}
