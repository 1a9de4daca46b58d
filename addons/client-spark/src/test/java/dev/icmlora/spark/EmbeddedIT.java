package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.RunningFunction;
import dev.icmlora.engine.EngineFiles;

/// Rows that an engine in this JVM answers, which is driver and executor here.
class EmbeddedIT {

    static final Path GALLERY = Path.of("../../demo/gallery").toAbsolutePath().normalize();

    private static final ObjectMapper JSON = new ObjectMapper();
    /// Of a probability, by what else is in a batch.
    private static final double ROUNDING = 0.1;

    /// By the files that `make setup` fetched.
    static Options options(Path functions) {
        var files = EngineFiles.installed();
        return Options.embedded(
                        functions.toString(),
                        files.nativeDirectory().toString(),
                        files.model().toString())
                .withGenerator(files.generator().orElseThrow().toString());
    }

    static String[] tickets() {
        try (var lines = Files.lines(GALLERY.resolve("ticket-triage.holdout.jsonl"))) {
            return lines.map(EmbeddedIT::input).toArray(String[]::new);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String input(String line) {
        try {
            return JSON.readTree(line).get("input").textValue();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Dataset<Row> answers(Dataset<Row> rows) {
        return IcmLoraSpark.answers(rows, "text", "ticket-triage", options(GALLERY));
    }

    private static List<Row> sorted(Dataset<Row> rows) {
        return rows.collectAsList().stream()
                .sorted(Comparator.comparing(row -> row.<Long>getAs("id")))
                .toList();
    }

    @Test
    void rowsOfEveryKindAreAnsweredOrSayWhy() {
        var rows = LocalSpark.rows(
                1,
                "Where is my parcel?",
                null,
                "",
                "word ".repeat(20_000),
                "A broken \uD83D app",
                "Where is my parcel?");

        var answered = answers(rows).cache();

        var outputs = LocalSpark.column(answered, "output");
        assertThat(outputs.subList(1, 4)).containsOnlyNulls();
        assertThat(outputs.get(0)).isIn("billing", "technical", "shipping", "account");
        assertThat(outputs.get(4)).isIn("billing", "technical", "shipping", "account");
        assertThat(outputs.get(5)).isEqualTo(outputs.get(0));
        var reasons = LocalSpark.column(answered, "reason");
        assertThat(reasons.get(1)).isNull();
        assertThat(reasons.get(2)).isEqualTo("the text must not be empty");
        assertThat((String) reasons.get(3)).startsWith("the text").contains("tokens");
        assertThat(LocalSpark.column(answered, "function_version"))
                .allMatch(version -> version == null || version.toString().matches("ticket-triage@[0-9a-f]{8}"));
    }

    /// As a deployed function gives them, too.
    @Test
    @ExtendWith(RunningFunction.class)
    void answersAreTheFunctions(URI address) throws IOException {
        IcmLoraClient.of(address)
                .put(
                        "/functions/ticket-triage",
                        JSON.readTree(GALLERY.resolve("ticket-triage.json").toFile()));
        var rows = LocalSpark.rows(2, tickets());

        var here = sorted(answers(rows));
        var there = sorted(IcmLoraSpark.answers(rows, "text", "ticket-triage", Options.remote(address.toString())));

        assertThat(here).zipSatisfy(there, (one, other) -> {
            double confidence = other.<Double>getAs("confidence");
            assertThat(one.<Double>getAs("confidence")).isCloseTo(confidence, within(ROUNDING));
            if (confidence > 0.5 + ROUNDING) {
                assertThat(one.<String>getAs("output")).isEqualTo(other.getAs("output"));
            }
        });
        assertThat(here.stream().filter(row -> row.<Double>getAs("confidence") > 0.5 + ROUNDING))
                .hasSizeGreaterThan(here.size() / 3);
    }

    @Test
    void tasksShareAnEngine() {
        var accumulators = IcmLoraSpark.accumulators(LocalSpark.SESSION);
        var tokens = accumulators.tokens().value();

        assertThat(LocalSpark.column(answers(LocalSpark.rows(4, tickets())), "output"))
                .doesNotContainNull();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .filteredOn(name -> name.matches("worker-\\d+"))
                .hasSize(1);
        assertThat(accumulators.tokens().value()).isGreaterThan(tokens);
    }

    @Test
    void whatIsUnsureIsLeftOutIfThatIsWanted() {
        IcmLoraSpark.register(LocalSpark.SESSION, options(GALLERY).withAbstainBelow(1));
        LocalSpark.rows(1, "Where is my parcel?").createOrReplaceTempView("unsure");

        var answer = LocalSpark.SESSION
                .sql("SELECT icm_lora('ticket-triage', text) AS answer FROM unsure")
                .first()
                .getStruct(0);

        assertThat(answer.<String>getAs("output")).isNull();
        assertThat(answer.<String>getAs("reason"))
                .isEqualTo("confidence " + answer.getAs("confidence") + " is below 1.0");
    }

    @Test
    void whatCannotBePreparedIsSaidBeforeATextIsRead(@TempDir Path functions) throws IOException {
        var rows = LocalSpark.rows(1, "a");
        Files.writeString(functions.resolve("json.json"), "{\"task\": {\"description\": \"a\"}, \"schema\": {}}");
        Files.writeString(functions.resolve("nothing.json"), "{\"task\": {}}");
        Files.writeString(
                functions.resolve("broken.json"), "{\"task\": {\"examples\": [{\"input\": 1, \"output\": \"a\"}]}}");
        Files.writeString(functions.resolve("good.json"), "{\"task\": {\"description\": \"Do it.\"}}");
        var options = options(functions);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "unknown", options))
                .withMessage("icm_lora finds no function 'unknown': there is no " + functions.resolve("unknown.json"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "good@3", options))
                .withMessageContaining("has no version");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "json", options))
                .withMessage("the function 'json' is not defined: /schema is for a deployed function");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "nothing", options))
                .withMessageContaining("a task needs a description, examples, or both");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "broken", options))
                .withMessageEndingWith("/task/examples/0/input must be a text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(
                        rows, "text", "good", Options.embedded(functions.toString(), "/nowhere", "/nothing.gguf")))
                .withMessageStartingWith("the embedded engine does not start: ");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withKey("key"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.remote("http://localhost").withGenerator("generator"));
    }

    @Test
    void aRowThatFailsFailsTheQueryIfThatIsWanted() {
        assertThatThrownBy(() -> IcmLoraSpark.answers(
                                LocalSpark.rows(1, ""),
                                "text",
                                "ticket-triage",
                                options(GALLERY).withFailFast(true))
                        .collectAsList())
                .hasStackTraceContaining("/inputs/0 must not be empty");
    }
}
