package dev.icmlora.cli.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.cli.function.ScriptedFunction.Reply;

/// `icm-lora define` and `icm-lora functions`.
class DefineCommandTest {

    private static final Reply DEFINED = new Reply(201, "{\"name\": \"f\", \"version\": 3, \"task\": {}}");

    @TempDir
    Path folder;

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("task.json"), text).toString();
    }

    @Test
    void aTaskAloneAndAWholeDefinitionAreSent() throws IOException {
        try (var function = new ScriptedFunction(DEFINED, DEFINED)) {
            var ran = function.run("", "define", "f", file("{\"description\": \"Say it.\"}"));
            assertThat(ran.out()).isEqualTo("f@3\n");
            assertThat(ran.code()).isZero();

            function.run(
                    "", "define", "f", file("{\"task\": {\"description\": \"Say it.\"}, \"labels\": [\"a\", \"b\"]}"));

            assertThat(function.calls()).containsExactly("PUT /functions/f", "PUT /functions/f");
            assertThat(function.received().get(0).body()).hasToString("{\"task\":{\"description\":\"Say it.\"}}");
            assertThat(function.received().get(1).body())
                    .hasToString("{\"task\":{\"description\":\"Say it.\"},\"labels\":[\"a\",\"b\"]}");
        }
    }

    @Test
    void aNameStaysOnePartOfThePath() throws IOException {
        try (var function = new ScriptedFunction(Reply.problem(400, "is no function's name"))) {
            var ran = function.run("", "define", "a/b c?d", file("{}"));

            assertThat(ran.err()).contains("is no function's name");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(function.calls()).containsExactly("PUT /functions/a%2Fb%20c%3Fd");
        }
    }

    @Test
    void aFileThatIsNoObjectIsRefused() throws IOException {
        try (var function = new ScriptedFunction()) {
            for (var text : new String[] {"", "[]", "{\"description\": "}) {
                var ran = function.run("", "define", "f", file(text));

                assertThat(ran.err()).contains("task.json is no JSON");
                assertThat(ran.code()).isEqualTo(1);
            }
            assertThat(function.run("", "define", "f").code()).isEqualTo(2);
            assertThat(function.calls()).isEmpty();
        }
    }

    @Test
    void functionsAreListed() throws IOException {
        var list = Reply.ok("{\"functions\": [{\"name\": \"a\", \"newest\": 2, \"versions\": [1, 2]},"
                + " {\"name\": \"b\", \"newest\": 1, \"versions\": [1]}]}");
        try (var function = new ScriptedFunction(list, list)) {
            assertThat(function.run("", "functions").out()).isEqualTo("a@2\nb@1\n");
            assertThat(function.run("", "functions", "--json").out())
                    .isEqualTo("[{\"name\":\"a\",\"newest\":2,\"versions\":[1,2]},"
                            + "{\"name\":\"b\",\"newest\":1,\"versions\":[1]}]\n");
        }
    }
}
