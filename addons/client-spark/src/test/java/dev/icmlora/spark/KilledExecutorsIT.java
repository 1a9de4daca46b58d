package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/// What becomes of rows whose executors die, each in the middle of a task. A function and the executor's own engine
/// answer each row, so that each death interrupts both.
class KilledExecutorsIT {

    private static final int TASKS = 8;
    /// Half of a task's rows.
    private static final int BATCH = 2;
    /// Tasks that their executor does not survive, the first time.
    private static final Set<Integer> DEADLY = Set.of(0, 3, 6);

    private static final int SECONDS = 300;

    @Test
    void eachRowIsAnsweredOnceByAFunctionAndByEngines() throws Exception {
        var tickets = EmbeddedIT.tickets();
        var folder = Files.createTempDirectory(Path.of("target"), "killed").toAbsolutePath();
        try (var function = new StubFunction();
                var cluster =
                        TwoExecutors.run(folder, KilledExecutorsIT.class, folder.toString(), function.address())) {
            // While the cluster starts.
            var undisturbed =
                    answered(LocalSpark.rows(2, tickets), function.address()).cache();
            assertThat(undisturbed.count()).isEqualTo(tickets.length);

            cluster.join(SECONDS);

            assertThat(DEADLY)
                    .allSatisfy(
                            task -> assertThat(mark(folder.toString(), task)).exists());
            var disturbed = LocalSpark.SESSION.read().parquet(answers(folder.toString()));
            LocalSpark.requireSame(disturbed, undisturbed);
            assertThat(capitals(disturbed)).containsExactlyInAnyOrderElementsOf(capitals(undisturbed));
            // What the dead ones had been answered was asked again, and nothing else.
            assertThat(function.texts()).hasSize(2 * tickets.length + DEADLY.size() * BATCH);
        }
    }

    /// The driver of the disturbed run.
    public static void main(String... arguments) throws Exception {
        var folder = arguments[0];
        try (var session = TwoExecutors.session(TwoExecutors.QUICK)) {
            var tickets = JavaSparkContext.fromSparkContext(session.sparkContext())
                    .parallelize(List.of(EmbeddedIT.tickets()), TASKS);
            var texts = session.createDataset(tickets.rdd(), Encoders.STRING()).map(killing(folder), Encoders.STRING());
            answered(texts.toDF("text"), arguments[1]).write().parquet(answers(folder));
        }
    }

    /// @param address of the function
    private static Dataset<Row> answered(Dataset<Row> texts, String address) {
        var function = Options.remote(address).withBatchSize(BATCH);
        var engine = EmbeddedIT.options(EmbeddedIT.GALLERY).withBatchSize(BATCH);
        var capitals = IcmLoraSpark.answers(texts, "text", "echo", function).selectExpr("text", "output AS capitals");
        return IcmLoraSpark.answers(capitals, "text", "ticket-triage", engine);
    }

    private static List<Row> capitals(Dataset<Row> answered) {
        return answered.select("text", "capitals").collectAsList();
    }

    /// Lets texts pass. Ends the process of a deadly task, as `kill -9` would, after a batch of it was answered.
    private static MapFunction<String, String> killing(String folder) {
        var seen = new int[1];
        return text -> {
            var task = TaskContext.getPartitionId();
            if (++seen[0] > BATCH && DEADLY.contains(task) && mark(folder, task).createNewFile()) {
                Runtime.getRuntime().halt(137);
            }
            return text;
        };
    }

    private static String answers(String folder) {
        return folder + "/answers";
    }

    private static File mark(String folder, int task) {
        return new File(folder, "killed-" + task);
    }
}
