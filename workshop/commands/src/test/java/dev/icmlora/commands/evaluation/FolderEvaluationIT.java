package dev.icmlora.commands.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;

/// The packaged function with the real model, asked by the command as a user types it.
class FolderEvaluationIT {
    private static final List<String> FRUIT =
            List.of("apple", "pear", "plum", "cherry", "grape", "lemon", "peach", "fig");
    private static final List<String> TOOLS =
            List.of("hammer", "saw", "drill", "wrench", "chisel", "pliers", "axe", "screwdriver");

    @TempDir
    private Path scratch;

    @Test
    void aFolderOfTasksIsMeasuredInModesBesideTheControls() throws Exception {
        Path tasks = Files.createDirectory(scratch.resolve("my-tasks"));
        Files.writeString(
                tasks.resolve("kind.jsonl"),
                "{\"description\": \"Is it a fruit or a tool?\"}\n" + kinds(0, 5, "train") + kinds(5, 8, "test"));
        Files.writeString(
                tasks.resolve("shout.jsonl"),
                "{\"description\": \"Write it in capital letters.\"}\n" + shouted(FRUIT, "train")
                        + shouted(TOOLS, "test"));
        Path out = scratch.resolve("out");

        String printed = eval(
                tasks.toString(),
                "--modes",
                "plain,tuned",
                "--examples",
                "4",
                "--inputs",
                "4",
                "--out",
                out.toString());

        assertThat(printed)
                .contains(
                        "## Tasks with labels",
                        "## Tasks of any text",
                        "| `majority` | 4 | 1 | 50.0",
                        "| `minilm` | 4 |")
                .contains("Written to " + out)
                .doesNotContain("refused");
        List<JsonObject> rows;
        try (Stream<String> lines = Files.lines(out.resolve("folder.jsonl"))) {
            rows = lines.map(line -> new Gson().fromJson(line, JsonObject.class))
                    .toList();
        }
        assertThat(rows).hasSize(2 + 3 + 2).allSatisfy(row -> {
            assertThat(row.getAsJsonArray("answers"))
                    .hasSize(4)
                    .allSatisfy(answer -> assertThat(
                                    answer.getAsJsonObject().get("confidence").getAsDouble())
                            .isBetween(0.0, 1.0));
            assertThat(row.get("seconds").getAsDouble()).isPositive();
        });
        assertThat(rows)
                .filteredOn(row -> row.get("way").getAsString().equals("tuned"))
                .as("this much the model learns from four examples")
                .anySatisfy(row -> assertThat(row.getAsJsonArray("answers"))
                        .filteredOn(
                                answer -> answer.getAsJsonObject().get("right").getAsBoolean())
                        .hasSizeGreaterThan(2));
    }

    private String eval(String... arguments) throws IOException, InterruptedException {
        Path root = Installation.ofThisProcess().root();
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                                Stream.of("scripts/with-function", "scripts/icm-lora", "eval"), Stream.of(arguments))
                        .toList())
                .directory(root.toFile())
                .redirectErrorStream(true);
        builder.environment().put("ICM_LORA_THREADS", "1");
        builder.environment()
                .put("FUNCTION_LOG", scratch.resolve("function.log").toString());
        Process process = builder.start();
        String printed = process.inputReader().lines().collect(Collectors.joining("\n"));
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    private static String kinds(int from, int to, String part) {
        return IntStream.range(from, to)
                .mapToObj(i -> line(part, FRUIT.get(i), "fruit") + line(part, TOOLS.get(i), "tool"))
                .collect(Collectors.joining());
    }

    private static String shouted(List<String> words, String part) {
        return words.stream().map(word -> line(part, word, word.toUpperCase())).collect(Collectors.joining());
    }

    private static String line(String part, String input, String output) {
        return "{\"part\": \"%s\", \"input\": \"%s\", \"output\": \"%s\"}\n".formatted(part, input, output);
    }
}
