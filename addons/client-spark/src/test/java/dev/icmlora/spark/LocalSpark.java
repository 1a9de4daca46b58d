package dev.icmlora.spark;

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
            .config("spark.sql.shuffle.partitions", 2)
            .config("spark.sql.warehouse.dir", folder().toString())
            .getOrCreate();

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

    static String[] numbered(String text, int many) {
        var texts = new String[many];
        Arrays.setAll(texts, i -> text + i);
        return texts;
    }
}
