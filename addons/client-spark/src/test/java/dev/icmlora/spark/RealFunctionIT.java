package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.RunningFunction;

/// Rows that the packaged function answers.
@ExtendWith(RunningFunction.class)
class RealFunctionIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static void define(URI address, String name) {
        IcmLoraClient.of(address)
                .function(name, String.class, Boolean.class)
                .describedAs("Is it about an animal?")
                .example("The cat sleeps", true)
                .example("The stone is heavy", false)
                .example("A horse runs", true)
                .example("My car is red", false)
                .build();
    }

    @Test
    void rowsOfEveryKindAreAnsweredOrSayWhy(URI address) {
        define(address, "animal");
        var rows = LocalSpark.rows(
                1, "The dog barks", null, "", "word ".repeat(20_000), "A broken \uD83D bird", "The table is round");

        var answered = IcmLoraSpark.answers(rows, "text", "animal", Options.remote(address.toString()))
                .cache();

        var outputs = LocalSpark.column(answered, "output");
        assertThat(outputs.subList(1, 4)).containsOnlyNulls();
        assertThat(outputs.get(0)).isIn("true", "false");
        assertThat(outputs.get(4)).isIn("true", "false");
        assertThat(outputs.get(5)).isIn("true", "false");
        var reasons = LocalSpark.column(answered, "reason");
        assertThat(reasons.get(1)).isNull();
        assertThat(reasons.get(2)).isEqualTo("the text must not be empty");
        assertThat((String) reasons.get(3)).startsWith("the text").contains("tokens");
        assertThat(LocalSpark.column(answered, "function_version"))
                .containsExactly("animal@1", null, "animal@1", "animal@1", "animal@1", "animal@1");
    }

    @Test
    void aTextHasTheSameAnswerInOtherBatchesUnlessTwoAreAsLikely(URI address) throws IOException {
        var gallery = Path.of("../../demo/gallery");
        var definition = Files.readString(gallery.resolve("ticket-triage.json"));
        IcmLoraClient.of(address).put("/functions/triage", JSON.readTree(definition));
        var texts = Files.readAllLines(gallery.resolve("ticket-triage.holdout.jsonl")).stream()
                .map(RealFunctionIT::input)
                .toArray(String[]::new);
        var options = Options.remote(address.toString());

        LocalSpark.requireSame(
                answers(LocalSpark.rows(5, texts), options.withBatchSize(4)),
                answers(LocalSpark.rows(1, texts), options));
    }

    private static String input(String line) {
        try {
            return JSON.readTree(line).get("input").textValue();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Dataset<Row> answers(Dataset<Row> rows, Options options) {
        return IcmLoraSpark.answers(rows, "text", "triage", options);
    }

    @Test
    void aFunctionThatIsDeletedLeavesReasons(URI address) throws Exception {
        define(address, "short-lived");
        var answered = IcmLoraSpark.answers(
                LocalSpark.rows(1, "The dog barks"), "text", "short-lived", Options.remote(address.toString()));
        try (var http = HttpClient.newHttpClient()) {
            var gone = http.send(
                    HttpRequest.newBuilder(address.resolve("/functions/short-lived"))
                            .DELETE()
                            .build(),
                    BodyHandlers.discarding());
            assertThat(gone.statusCode()).isEqualTo(204);
        }

        assertThat((String) LocalSpark.column(answered, "reason").getFirst()).contains("short-lived");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(
                        LocalSpark.rows(1, "a"), "text", "short-lived", Options.remote(address.toString())))
                .withMessageContaining("404");
    }
}
