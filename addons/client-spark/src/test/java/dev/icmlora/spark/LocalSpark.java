package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// Spark with two cores in this JVM, which all tests share.
final class LocalSpark {

    static final StructType ROWS =
            new StructType().add("id", DataTypes.LongType).add("text", DataTypes.StringType);

    static final SparkSession SESSION = SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            // Threads of its engine: several wait for each other while another process computes.
            .config("spark.executor.cores", 1)
            .config("spark.sql.shuffle.partitions", 2)
            .config("spark.sql.warehouse.dir", folder().toString())
            .getOrCreate();

    /// Of a probability, by what else is in a batch: 0.05 was seen. Texts that teach each other change it by 0.2.
    private static final double ROUNDING = 0.1;

    private LocalSpark() {}

    /// Below the module's `target`.
    static Path folder() {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "spark");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Rows with these texts, numbered, in so many partitions.
    static Dataset<Row> rows(int partitions, String... texts) {
        var rows = IntStream.range(0, texts.length)
                .mapToObj(i -> RowFactory.create((long) i, texts[i]))
                .toList();
        var context = JavaSparkContext.fromSparkContext(SESSION.sparkContext());
        return SESSION.createDataFrame(context.parallelize(rows, partitions), ROWS);
    }

    /// The values of a column, in the order of `id`. Spark would compute the rows twice to order them.
    static List<Object> column(Dataset<Row> rows, String name) {
        return rows.collectAsList().stream()
                .sorted(Comparator.comparing(row -> row.<Long>getAs("id")))
                .map(row -> row.<Object>getAs(name))
                .toList();
    }

    /// Requires the same texts, each once, with the same answers. Of two labels that are all but equally likely,
    /// rounding decides.
    static void requireSame(Dataset<Row> some, Dataset<Row> others) {
        var right = sorted(others);
        assertThat(sorted(some)).zipSatisfy(right, (one, other) -> {
            assertThat(one.<String>getAs("text")).isEqualTo(other.getAs("text"));
            assertThat(one.<Double>getAs("confidence")).isCloseTo(other.<Double>getAs("confidence"), within(ROUNDING));
            if (isSure(other)) {
                assertThat(one.<String>getAs("output")).isEqualTo(other.getAs("output"));
            }
        });
        assertThat(right.stream().filter(LocalSpark::isSure)).hasSizeGreaterThan(right.size() / 3);
    }

    private static boolean isSure(Row row) {
        return row.<Double>getAs("confidence") > 0.5 + ROUNDING;
    }

    private static List<Row> sorted(Dataset<Row> rows) {
        return rows.collectAsList().stream()
                .sorted(Comparator.comparing(row -> row.<String>getAs("text")))
                .toList();
    }

    static String[] numbered(String text, int many) {
        var texts = new String[many];
        Arrays.setAll(texts, i -> text + i);
        return texts;
    }
}
