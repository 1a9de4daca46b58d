package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

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

        LocalSpark.requireSame(
                answers(rows), IcmLoraSpark.answers(rows, "text", "ticket-triage", Options.remote(address.toString())));
    }

    @Test
    void tasksShareAnEngine() {
        var accumulators = IcmLoraSpark.accumulators(LocalSpark.SESSION);
        var tokens = accumulators.tokens().value();

        var few = Arrays.copyOf(tickets(), 8);
        assertThat(LocalSpark.column(answers(LocalSpark.rows(4, few)), "output"))
                .doesNotContainNull();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .filteredOn(name -> name.matches("worker-\\d+"))
                .hasSize(1);
        assertThat(accumulators.tokens().value()).isGreaterThan(tokens);
    }

    /// Which a function does not take, since each sends requests.
    @Test
    void anEngineTakesAsManyTasksAsATableHas() {
        assertThat(answers(LocalSpark.rows(20, tickets())).javaRDD().getNumPartitions())
                .isEqualTo(20);
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
        Files.writeString(
                functions.resolve("typo.json"), "{\"task\": {\"description\": \"a\"}, \"lables\": [\"a\", \"b\"]}");
        Files.writeString(
                functions.resolve("both.json"),
                "{\"task\": {\"description\": \"a\"}, \"labels\": [\"a\", \"b\"], \"answer\": \"span\"}");
        Files.writeString(
                functions.resolve("empty.json"), "{\"task\": {\"examples\": [{\"input\": \"a\", \"output\": \"\"}]}}");
        Files.writeString(functions.resolve("text.json"), "How urgent is it?");
        var options = options(functions);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "typo", options))
                .withMessageEndingWith("/lables is not a known field");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "both", options))
                .withMessageEndingWith("/answer must not be given beside /labels");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "empty", options))
                .withMessageEndingWith("/task/examples/0/output must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "text", options))
                .withMessageStartingWith("the function 'text' is not defined: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "../good", options))
                .withMessageContaining("is no name of an embedded function");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "unknown", options))
                .withMessage("icm_lora finds no function 'unknown': there is no " + functions.resolve("unknown.json"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "good", options(Path.of("nowhere"))))
                .withMessageEndingWith(
                        "there is no " + Path.of("nowhere/good.json").toAbsolutePath());
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
        var elsewhere = Options.embedded(
                functions.toString(),
                Files.createSymbolicLink(
                                functions.resolve("native"),
                                EngineFiles.installed().nativeDirectory())
                        .toString(),
                EngineFiles.installed().model().toString());
        IcmLoraSpark.answers(rows, "text", "good", options);
        assertThatIllegalArgumentException()
                .as("a process has one folder of libraries")
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "good", elsewhere))
                .withMessageStartingWith("the embedded engine does not start: native libraries were loaded from");
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

    private static EmbeddedFunction defined(Path functions, String description) throws IOException {
        Files.writeString(functions.resolve("f.json"), "{\"task\": {\"description\": \"%s\"}}".formatted(description));
        var options = options(functions);
        var engine = (Options.Embedded) options.way();
        return EmbeddedFunction.named("f", options, engine, LocalSpark.SESSION.sparkContext());
    }

    /// Else a notebook in which a definition is written again and again would keep every one of them.
    @Test
    void aFunctionIsKeptInItsNewestVersion(@TempDir Path functions) throws IOException {
        var first = defined(functions, "Do this.");
        var engine = EmbeddedEngine.of(first.engine());
        var task = engine.task(first);
        assertThat(defined(functions, "Do this.")).isEqualTo(first);
        assertThat(engine.task(first)).isSameAs(task);

        var second = defined(functions, "Do that.");
        engine.task(second);

        assertThat(second.version()).isNotEqualTo(first.version());
        assertThat(engine.task(first)).as("is read again").isNotSameAs(task);
        assertThat(defined(functions, "Do this.").prepared())
                .as("is prepared again")
                .isNotSameAs(first.prepared());
    }
}
