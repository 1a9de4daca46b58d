package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.RunningFunction;

/// Rows that the packaged function answers.
@ExtendWith(RunningFunction.class)
class RealFunctionIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> TEAMS = List.of("billing", "technical", "shipping", "account");

    /// For more than one test: a tuned task is tuned once.
    @BeforeAll
    static void define(URI address) throws IOException {
        define(address, "triage");
    }

    private static void define(URI address, String name) throws IOException {
        var definition = EmbeddedIT.GALLERY.resolve("ticket-triage.json").toFile();
        IcmLoraClient.of(address).put("/functions/" + name, JSON.readTree(definition));
    }

    @Test
    void rowsOfEveryKindAreAnsweredOrSayWhy(URI address) {
        var rows = LocalSpark.rows(
                1,
                "Where is my parcel?",
                null,
                "",
                "word ".repeat(20_000),
                "A broken \uD83D app",
                "I forgot my password.");

        var answered = answers(rows, Options.remote(address.toString())).cache();

        var outputs = LocalSpark.column(answered, "output");
        assertThat(outputs.subList(1, 4)).containsOnlyNulls();
        assertThat(outputs.get(0)).isIn(TEAMS);
        assertThat(outputs.get(4)).isIn(TEAMS);
        assertThat(outputs.get(5)).isIn(TEAMS);
        var reasons = LocalSpark.column(answered, "reason");
        assertThat(reasons.get(1)).isNull();
        assertThat(reasons.get(2)).isEqualTo("the text must not be empty");
        assertThat((String) reasons.get(3)).startsWith("the text").contains("tokens");
        assertThat(LocalSpark.column(answered, "function_version"))
                .containsExactly("triage@1", null, "triage@1", "triage@1", "triage@1", "triage@1");
    }

    @Test
    void aTextHasTheSameAnswerInOtherBatchesUnlessTwoAreAsLikely(URI address) {
        var texts = EmbeddedIT.tickets();
        var options = Options.remote(address.toString());

        LocalSpark.requireSame(
                answers(LocalSpark.rows(5, texts), options.withBatchSize(4)),
                answers(LocalSpark.rows(1, texts), options));
    }

    private static Dataset<Row> answers(Dataset<Row> rows, Options options) {
        return IcmLoraSpark.answers(rows, "text", "triage", options);
    }

    @Test
    void aFunctionThatIsDeletedLeavesReasons(URI address) throws Exception {
        define(address, "short-lived");
        var answered = IcmLoraSpark.answers(
                LocalSpark.rows(1, "Where is my parcel?"), "text", "short-lived", Options.remote(address.toString()));
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
