package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows that two executors answer, each a process with an engine of its own.
class ClusterIT {

    /// Executors, cores and MB of each.
    private static final String CLUSTER = "local-cluster[2,1,2048]";

    private static final int BATCH = 2;

    /// A program of its own, since a process has one Spark: writes the answers of an undisturbed run and those of one
    /// in which an executor ends amid its rows, as `kill -9` ends it.
    public static void main(String[] folder) throws Exception {
        var session = SparkSession.builder()
                .master(CLUSTER)
                .config("spark.ui.enabled", false)
                .config("spark.executor.cores", 1)
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                // There is no Spark but its jars.
                .config("spark.executorEnv.SPARK_TESTING", "1")
                .config("spark.executorEnv.SPARK_SCALA_VERSION", "2.13")
                .config("spark.sql.warehouse.dir", folder[0] + "/warehouse")
                .getOrCreate();
        var context = JavaSparkContext.fromSparkContext(session.sparkContext());
        var texts = session.createDataset(
                context.parallelize(List.of(EmbeddedIT.tickets()), 4).rdd(), Encoders.STRING());
        var killed = texts.map(killing(folder[0] + "/killed"), Encoders.STRING());
        write(answers(texts.toDF("text")), Path.of(folder[0], "undisturbed"));
        write(answers(killed.toDF("text")), Path.of(folder[0], "disturbed"));
        session.stop();
    }

    private static Dataset<Row> answers(Dataset<Row> rows) {
        return IcmLoraSpark.answers(
                rows,
                "text",
                "ticket-triage",
                EmbeddedIT.options(EmbeddedIT.GALLERY).withBatchSize(BATCH));
    }

    private static void write(Dataset<Row> answers, Path file) throws Exception {
        var lines = new ArrayList<String>();
        for (var row : answers.collectAsList()) {
            lines.add("%s\t%s\t%s\t%s"
                    .formatted(
                            row.getAs("text"),
                            row.getAs("output"),
                            row.getAs("confidence"),
                            row.getAs("function_version")));
        }
        Files.write(file, lines);
    }

    /// Ends its process once, at the first row after two batches.
    private static MapFunction<String, String> killing(String mark) {
        var seen = new int[1];
        return text -> {
            if (++seen[0] > 2 * BATCH && new File(mark).createNewFile()) {
                Runtime.getRuntime().halt(137);
            }
            return text;
        };
    }

    private record Answered(String text, String output, double confidence, String version) {

        static List<Answered> read(Path file) throws Exception {
            try (Stream<String> lines = Files.lines(file)) {
                return lines.map(line -> line.split("\t"))
                        .map(part -> new Answered(part[0], part[1], Double.parseDouble(part[2]), part[3]))
                        .sorted(Comparator.comparing(Answered::text))
                        .toList();
            }
        }
    }

    @Test
    void anExecutorThatIsKilledChangesNoAnswer(@TempDir Path folder) throws Exception {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        command.addAll(List.of(System.getProperty("spark.opens").trim().split("\\s+")));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), ClusterIT.class.getName(), folder.toString()));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "cluster.log").toFile());
        // Executors work below it.
        builder.environment().put("SPARK_HOME", folder.toString());
        var program = builder.start();

        assertThat(program.waitFor()).as("see target/cluster.log").isZero();

        assertThat(folder.resolve("killed")).exists();
        var undisturbed = Answered.read(folder.resolve("undisturbed"));
        assertThat(undisturbed).hasSize(EmbeddedIT.tickets().length);
        assertThat(Answered.read(folder.resolve("disturbed"))).isEqualTo(undisturbed);
    }
}
