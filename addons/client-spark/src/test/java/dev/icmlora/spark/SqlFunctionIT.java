package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The SQL function in queries of every kind, from a stub of a function.
class SqlFunctionIT {

    private final StubFunction function = new StubFunction();

    @BeforeEach
    void register() {
        IcmLoraSpark.register(LocalSpark.SESSION, Options.remote(function.address()));
        LocalSpark.rows(2, "a", "b", null, "a").createOrReplaceTempView("tickets");
    }

    @AfterEach
    void stop() {
        function.close();
    }

    private static List<Row> sql(String query) {
        return LocalSpark.SESSION.sql(query).collectAsList();
    }

    @Test
    void aColumnIsAnswered() {
        assertThat(sql("SELECT id, icm_lora('echo', text).output AS said FROM tickets"))
                .hasToString("[[0,A], [1,B], [2,null], [3,A]]");
        assertThat(function.inputs()).hasSize(2);
    }

    @Test
    void itsValueIsAStruct() {
        assertThat(sql("SELECT icm_lora('echo', 'Hello') AS answer")).hasToString("[[[HELLO,0.75,null,echo@3]]]");
        assertThat(LocalSpark.SESSION
                        .sql("SELECT icm_lora('echo', text) AS answer FROM tickets")
                        .schema()
                        .apply(0))
                .extracting(field -> field.dataType())
                .isEqualTo(Answer.TYPE);
    }

    @Test
    void rowsAreChosenByTheirAnswers() {
        assertThat(sql("SELECT id FROM tickets WHERE icm_lora('echo', text).output = 'A' ORDER BY id"))
                .hasToString("[[0], [3]]");
    }

    @Test
    void rowsAreGroupedByTheirAnswers() {
        assertThat(sql("SELECT icm_lora('echo', text).output AS said, count(*) FROM tickets GROUP BY 1 ORDER BY 1"))
                .hasToString("[[null,1], [A,2], [B,1]]");
    }

    @Test
    void whatIsAskedTwiceIsAskedOnce() {
        sql(
                "SELECT * FROM (SELECT icm_lora('echo', text).output AS a, icm_lora('echo', text).confidence AS b FROM tickets)"
                        + " WHERE a = 'A' AND b > 0.5");

        assertThat(function.inputs()).hasSize(2);
    }

    @Test
    void anExpressionIsATextToo() {
        assertThat(sql("SELECT icm_lora('echo', concat(text, id)).output FROM tickets ORDER BY id"))
                .hasToString("[[A0], [B1], [null], [A3]]");
        assertThat(sql("SELECT icm_lora('echo', id).output FROM tickets WHERE id < 1"))
                .hasToString("[[0]]");
    }

    @Test
    void anAnswerIsATextToo() {
        assertThat(
                        sql(
                                "SELECT icm_lora('echo', concat(icm_lora('echo', text).output, 'x')).output FROM tickets WHERE id = 1"))
                .hasToString("[[BX]]");
        assertThat(function.texts()).containsExactly("b", "Bx");
    }

    @Test
    void wrongUseIsSaidBeforeATextIsSent() {
        assertThatThrownBy(() -> sql("SELECT icm_lora('unknown', text) FROM tickets"))
                .hasMessageContaining("icm_lora finds no function 'unknown'");
        assertThatThrownBy(() -> sql("SELECT icm_lora(text, text) FROM tickets"))
                .hasMessageContaining("the same for all rows, not");
        assertThatThrownBy(() -> sql("SELECT icm_lora('echo') FROM tickets"))
                .hasMessageContaining("takes the name of a function and a text, not 1 arguments");
        assertThatThrownBy(() -> sql("SELECT icm_lora('echo', array(text)) FROM tickets"))
                .hasMessageContaining("icm_lora");
        assertThat(function.inputs()).isEmpty();
    }

    @Test
    void aStreamIsAnswered() throws Exception {
        var folder = LocalSpark.folder();
        Files.writeString(folder.resolve("one.txt"), "a\nb\n");
        var lines = LocalSpark.SESSION.readStream().text(folder.toString());
        lines.createOrReplaceTempView("lines");
        LocalSpark.SESSION
                .sql("SELECT icm_lora('echo', value).output AS said FROM lines")
                .writeStream()
                .format("memory")
                .queryName("said")
                .trigger(Trigger.AvailableNow())
                .start()
                .awaitTermination();
        assertThat(sql("SELECT said FROM said ORDER BY said")).hasToString("[[A], [B]]");
    }

    @Test
    void aBatchOfAStreamIsAnswered() throws Exception {
        var folder = LocalSpark.folder();
        Files.writeString(folder.resolve("one.txt"), "a\nb\n");
        var said = Collections.synchronizedList(new ArrayList<Row>());
        VoidFunction2<Dataset<Row>, Long> answer = (batch, id) ->
                said.addAll(IcmLoraSpark.answers(batch, "value", "echo", Options.remote(function.address()))
                        .orderBy("value")
                        .select("output")
                        .collectAsList());
        LocalSpark.SESSION
                .readStream()
                .text(folder.toString())
                .writeStream()
                .foreachBatch(answer)
                .trigger(Trigger.AvailableNow())
                .start()
                .awaitTermination();
        assertThat(said).hasToString("[[A], [B]]");
    }
}
