package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.List;
import java.util.Set;

import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.Test;

/// What becomes of rows whose executors die, each in the middle of a task.
class KilledExecutorsIT {

    private static final int TASKS = 8;
    /// Half of a task's rows.
    private static final int BATCH = 2;
    /// Tasks that their executor does not survive, the first time. One that opens an engine takes longer to come back.
    private static final Set<Integer> DEADLY = Set.of(0, 3, 6);

    private static final Set<Integer> DEADLY_WITH_ENGINES = Set.of(3);

    private static final int SECONDS = 300;

    @Test
    void eachRowIsAnsweredOnceByAFunction() throws Exception {
        try (var function = new StubFunction()) {
            requireUndisturbed("echo", function.address());
            // What the dead ones had been answered was asked again.
            assertThat(function.texts()).hasSizeGreaterThan(2 * EmbeddedIT.tickets().length);
        }
    }

    @Test
    void eachRowIsAnsweredOnceByEngines() throws Exception {
        requireUndisturbed("ticket-triage", "");
    }

    /// @param address of the function; empty for engines in the executors
    private static void requireUndisturbed(String function, String address) throws Exception {
        var files = LocalSpark.folder().toAbsolutePath();
        var folder = files.toString();
        try (var cluster = TwoExecutors.run(files, KilledExecutorsIT.class, folder, function, address)) {
            cluster.join(SECONDS);
        }
        assertThat(deadly(address))
                .allSatisfy(task -> assertThat(mark(folder, task)).exists());
        var texts = LocalSpark.rows(2, EmbeddedIT.tickets());
        LocalSpark.requireSame(
                LocalSpark.SESSION.read().parquet(folder + "/answers"),
                IcmLoraSpark.answers(texts, "text", function, options(address)));
    }

    /// The driver of the disturbed run.
    public static void main(String... arguments) throws Exception {
        var folder = arguments[0];
        try (var session = TwoExecutors.session(TwoExecutors.QUICK)) {
            var tickets = JavaSparkContext.fromSparkContext(session.sparkContext())
                    .parallelize(List.of(EmbeddedIT.tickets()), TASKS);
            var texts = session.createDataset(tickets.rdd(), Encoders.STRING())
                    .map(killing(folder, deadly(arguments[2])), Encoders.STRING());
            IcmLoraSpark.answers(texts.toDF("text"), "text", arguments[1], options(arguments[2]))
                    .write()
                    .parquet(folder + "/answers");
        }
    }

    private static Set<Integer> deadly(String address) {
        return address.isEmpty() ? DEADLY_WITH_ENGINES : DEADLY;
    }

    private static Options options(String address) {
        var options = address.isEmpty() ? EmbeddedIT.options(EmbeddedIT.GALLERY) : Options.remote(address);
        return options.withBatchSize(BATCH);
    }

    /// Lets texts pass. Ends the process of a deadly task, as `kill -9` would, after a batch of it was answered.
    private static MapFunction<String, String> killing(String folder, Set<Integer> deadly) {
        var seen = new int[1];
        return text -> {
            var task = TaskContext.getPartitionId();
            if (++seen[0] > BATCH && deadly.contains(task) && mark(folder, task).createNewFile()) {
                Runtime.getRuntime().halt(137);
            }
            return text;
        };
    }

    private static File mark(String folder, int task) {
        return new File(folder, "killed-" + task);
    }
}
