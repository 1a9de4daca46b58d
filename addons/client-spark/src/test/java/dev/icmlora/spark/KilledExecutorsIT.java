package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/// What becomes of rows whose executor dies.
class KilledExecutorsIT {

    private static final int ROWS = 1_000;
    private static final int TASKS = 10;
    private static final int ROWS_OF_A_REQUEST = 10;
    private static final int MILLIS_OF_A_REQUEST = 20;
    /// Requests of the disturbed run that the oldest executor does not survive. All are within a task, for a task sends
    /// ten: at the first one both executors work, later ones come from one alone, while the other is replaced.
    private static final Set<Integer> LAST_REQUESTS = Set.of(10, 40, 70);

    @Test
    void eachRowIsAnsweredOnceThoughExecutorsAreKilled() throws Exception {
        var folder = LocalSpark.folder();
        var undisturbed = folder.resolve("undisturbed").toString();
        var disturbed = folder.resolve("disturbed").toAbsolutePath().toString();
        Set<Long> killed = ConcurrentHashMap.newKeySet();
        try (var function = new StubFunction()) {
            answer(LocalSpark.SESSION, function.address(), undisturbed);
            assertThat(function.inputs()).hasSize(ROWS / ROWS_OF_A_REQUEST);

            function.take(MILLIS_OF_A_REQUEST);
            try (var cluster = TwoExecutors.run(folder, KilledExecutorsIT.class, function.address(), disturbed)) {
                function.onRequest(number -> {
                    if (LAST_REQUESTS.contains(number - ROWS / ROWS_OF_A_REQUEST)) {
                        var executor = cluster.executors().getFirst();
                        executor.destroyForcibly();
                        killed.add(executor.pid());
                    }
                });
                cluster.join(300);
            }

            assertThat(killed).hasSize(LAST_REQUESTS.size());
            // What the killed ones had been answered was asked again.
            assertThat(function.texts()).hasSizeGreaterThan(2 * ROWS);
        }
        var rows = rows(disturbed);
        assertThat(rows).hasSize(ROWS).isEqualTo(rows(undisturbed));
        assertThat(rows)
                .allMatch(row -> row.<String>getAs("output")
                        .equals(row.<String>getAs("text").toUpperCase()))
                .extracting(row -> row.<Long>getAs("id"))
                .doesNotHaveDuplicates();
    }

    /// The driver of the disturbed run.
    public static void main(String... arguments) throws Exception {
        try (var session = TwoExecutors.session(TwoExecutors.QUICK)) {
            answer(session, arguments[0], arguments[1]);
        }
    }

    private static void answer(SparkSession session, String address, String folder) {
        var rows = session.range(0, ROWS, 1, TASKS).selectExpr("id", "concat('text ', id) AS text");
        IcmLoraSpark.answers(rows, "text", "echo", Options.remote(address).withBatchSize(ROWS_OF_A_REQUEST))
                .write()
                .parquet(folder);
    }

    private static List<Row> rows(String folder) {
        return LocalSpark.SESSION.read().parquet(folder).collectAsList().stream()
                .sorted(Comparator.comparing(row -> row.<Long>getAs("id")))
                .toList();
    }
}
