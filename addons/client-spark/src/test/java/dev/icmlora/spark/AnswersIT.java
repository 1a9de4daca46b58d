package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Rows and their answers by `answers`, from a stub of a function.
class AnswersIT {

    private final StubFunction function = new StubFunction();

    @AfterEach
    void stop() {
        function.close();
    }

    private Options options() {
        return Options.remote(function.address());
    }

    private Dataset<Row> answers(Dataset<Row> rows) {
        return IcmLoraSpark.answers(rows, "text", "echo", options());
    }

    @Test
    void rowsGetFourColumnsMore() {
        var answered = answers(LocalSpark.rows(2, "a", "unsure", "c"));

        assertThat(answered.columns())
                .containsExactly("id", "text", "output", "confidence", "reason", "function_version");
        assertThat(LocalSpark.column(answered, "output")).containsExactly("A", null, "C");
        assertThat(LocalSpark.column(answered, "confidence")).containsExactly(0.75, 0.1, 0.75);
        assertThat(LocalSpark.column(answered, "reason")).containsExactly(null, "less sure than 0.5", null);
        assertThat(LocalSpark.column(answered, "function_version")).containsOnly("echo@3");
    }

    @Test
    void nullGetsNulls() {
        var answered = answers(LocalSpark.rows(1, null, "b", null));

        assertThat(LocalSpark.column(answered, "output")).containsExactly(null, "B", null);
        assertThat(LocalSpark.column(answered, "reason")).containsOnlyNulls();
        assertThat(LocalSpark.column(answered, "function_version")).containsExactly(null, "echo@3", null);
        assertThat(function.texts()).containsOnly("b");
    }

    @Test
    void aTextIsAskedOnceInItsPartition() {
        var texts = new String[1000];
        Arrays.setAll(texts, i -> "text " + i % 40);

        var answered = answers(LocalSpark.rows(1, texts)).collectAsList();

        assertThat(answered)
                .hasSize(1000)
                .allMatch(row -> row.<String>getAs("output")
                        .equals(row.<String>getAs("text").toUpperCase()));
        assertThat(function.texts()).hasSize(40).doesNotHaveDuplicates();
        assertThat(function.inputs()).allMatch(inputs -> inputs.size() <= 31);
    }

    @Test
    void aTextThatIsRefusedIsSentOnceInItsPartition() {
        var texts = LocalSpark.numbered("text ", 90);
        Arrays.setAll(texts, i -> i % 3 == 0 ? "" : texts[i]);

        answers(LocalSpark.rows(1, texts)).collectAsList();

        assertThat(function.texts().filter(String::isEmpty)).hasSize(1);
    }

    @Test
    void noMoreRequestsAreAtWorkThanAllowed() {
        function.take(20);
        var rows = LocalSpark.rows(4, LocalSpark.numbered("text ", 80));

        IcmLoraSpark.answers(rows, "text", "echo", options().withConcurrency(1).withBatchSize(5))
                .collectAsList();
        assertThat(function.mostAtWork()).isOne();

        IcmLoraSpark.answers(rows, "text", "echo", options().withBatchSize(5)).collectAsList();
        assertThat(function.mostAtWork()).isEqualTo(2);
    }

    @Test
    void whatCannotBeAnsweredSaysWhyAndHoldsUpNoOther() {
        var answered = answers(LocalSpark.rows(1, "a", "", "c".repeat(100_000), "broken \uD83D", "e", ""));

        assertThat(LocalSpark.column(answered, "output")).containsExactly("A", null, null, "BROKEN ?", "E", null);
        assertThat(LocalSpark.column(answered, "reason"))
                .containsExactly(
                        null,
                        "the text must not be empty",
                        "413 The body is too long",
                        null,
                        null,
                        "the text must not be empty");
    }

    @Test
    void aBatchThatIsTooLongIsHalvedAndNothingOfItIsAnsweredTwice() {
        var tooLong = "a".repeat(100_000);

        answers(LocalSpark.rows(1, tooLong, "b", "c", "d", "e", "f", "g", "h")).collectAsList();

        assertThat(function.inputs().stream()
                        .filter(inputs -> !inputs.contains(tooLong))
                        .flatMap(List::stream))
                .containsExactly("b", "c", "d", "e", "f", "g", "h");
    }

    @Test
    void aRowThatFailsFailsTheQueryIfThatIsWanted() {
        var rows = LocalSpark.rows(1, "a", "");

        assertThatThrownBy(() -> IcmLoraSpark.answers(
                                rows, "text", "echo", options().withFailFast(true))
                        .collectAsList())
                .hasStackTraceContaining("400 The request is not valid");
    }

    @Test
    void aBusyFunctionIsAskedAgainWhenItSaysSo() {
        function.beBusy(2);
        var accumulators = IcmLoraSpark.accumulators(LocalSpark.SESSION);
        var before = accumulators.retries().value();
        var begin = System.nanoTime();

        assertThat(LocalSpark.column(answers(LocalSpark.rows(1, "a")), "output"))
                .containsExactly("A");

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
        assertThat(accumulators.retries().value() - before).isEqualTo(2);
    }

    @Test
    void aFunctionThatHadNoTimeToTuneIsAskedAgain() {
        function.beHurried(2);
        var accumulators = IcmLoraSpark.accumulators(LocalSpark.SESSION);
        var before = accumulators.retries().value();

        assertThat(LocalSpark.column(answers(LocalSpark.rows(1, "a")), "output"))
                .containsExactly("A");

        assertThat(accumulators.retries().value() - before).isEqualTo(2);
    }

    @Test
    void whatAFunctionThatNeverTunesSaysCounts() {
        function.beHurried(100);

        assertThat(LocalSpark.column(answers(LocalSpark.rows(1, "a")), "output"))
                .containsExactly("hurried a");
        assertThat(function.inputs()).hasSize(3);
    }

    @Test
    void answersTokensAndAbstentionsAreCounted() {
        var accumulators = IcmLoraSpark.accumulators(LocalSpark.SESSION);
        var answers = accumulators.answers().value();
        var tokens = accumulators.tokens().value();
        var abstentions = accumulators.abstentions().value();

        answers(LocalSpark.rows(1, "a", "a", "unsure", null, "")).collectAsList();

        assertThat(accumulators.answers().value() - answers).isEqualTo(2);
        assertThat(accumulators.tokens().value() - tokens).isEqualTo(6);
        assertThat(accumulators.abstentions().value() - abstentions).isOne();
    }

    @Test
    void aFunctionThatIsNotThereIsSaidBeforeATextIsSent() {
        var rows = LocalSpark.rows(1, "a");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "unknown", options()))
                .withMessageStartingWith("icm_lora finds no function 'unknown' at " + function.address() + ": 404 ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IcmLoraSpark.answers(rows, "text", "No name", options()))
                .withMessageStartingWith("'No name' is no function's name");
        assertThat(function.texts()).isEmpty();
    }

    @Test
    void aQueryKeepsItsVersion() {
        var answered = answers(LocalSpark.rows(1, "a"));
        function.improve();

        assertThat(LocalSpark.column(answered, "function_version")).containsExactly("echo@3");
        assertThat(function.functions()).containsOnly("echo@3");
        assertThat(LocalSpark.column(answers(LocalSpark.rows(1, "a")), "function_version"))
                .containsExactly("echo@4");
    }

    @Test
    void aFunctionThatGoesMidwayLeavesReasons() {
        function.goAfter(2);
        var texts = LocalSpark.numbered("text ", 30);

        var reasons = LocalSpark.column(
                IcmLoraSpark.answers(
                        LocalSpark.rows(1, texts), "text", "echo", options().withBatchSize(10)),
                "reason");

        assertThat(reasons.subList(0, 20)).containsOnlyNulls();
        assertThat(reasons.subList(20, 30)).containsOnly("404 There is no such function");
    }

    @Test
    void onlyWhatIsReadLaterIsRead() {
        var table = LocalSpark.folder().resolve("table").toString();
        LocalSpark.rows(1, "a").write().parquet(table);

        var answered = answers(LocalSpark.SESSION.read().parquet(table)).select("output");

        assertThat(answered.collectAsList()).extracting(row -> row.getString(0)).containsExactly("A");
        assertThat(answered.queryExecution().executedPlan().toString()).contains("ReadSchema: struct<text:string>");
    }

    @Test
    void columnsThatAreThereAlreadyAreNotReplaced() {
        var rows = LocalSpark.rows(1, "a").withColumnRenamed("id", "Reason");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> answers(rows))
                .withMessage("The rows have a column 'reason' already: rename it");
        assertThatThrownBy(() -> IcmLoraSpark.answers(LocalSpark.rows(1, "a"), "texts", "echo", options()))
                .hasMessageContaining("texts");
    }

    @Test
    void whatIsOutOfItsBoundsIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options().withBatchSize(32))
                .withMessage("batchSize must be 1 to 31, not 32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options().withConcurrency(0))
                .withMessage("concurrency must be 1 or more, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options().withTimeout(Duration.ZERO))
                .withMessageStartingWith("timeout must be more than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options().withAbstainBelow(Double.NaN))
                .withMessage("abstainBelow must be 0 to 1, not NaN");
        assertThat(options().withKey("secret").toString()).doesNotContain("secret");
    }

    @Test
    void manyRowsWithFewTextsAreFewRequests() {
        var rows = LocalSpark.SESSION.range(0, 200_000, 1, 2).selectExpr("id", "concat('text ', id % 100) AS text");

        assertThat(answers(rows).filter("output LIKE 'TEXT %'").count()).isEqualTo(200_000);

        assertThat(function.texts()).hasSize(200);
    }
}
