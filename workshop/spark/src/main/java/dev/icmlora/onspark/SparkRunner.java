package dev.icmlora.onspark;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

import dev.icmlora.trainer.tasks.TaskRunner;

/// Runs tasks on the executors of Spark, each as a task of Spark's. Results come when all are done. Java's system
/// properties that begin with `spark.` count; a process stays connected to its master.
public record SparkRunner() implements TaskRunner {

    @Override
    public <T, R> void run(
            String what, List<T> tasks, Function<? super T, String> name, Work<T, R> work, Consumer<? super R> results)
            throws IOException {
        if (tasks.isEmpty()) {
            return;
        }
        List<Tuple2<String, T>> named =
                tasks.stream().map(task -> new Tuple2<>(name.apply(task), task)).toList();
        JavaSparkContext spark = connect();
        spark.sc().setJobDescription(what);
        List<R> done;
        try {
            done = spark.parallelize(named, named.size())
                    .map(task -> work.on(task._1(), task._2()))
                    .collect();
        } catch (Exception e) {
            // Scala declares none, and Spark says what failed below its own account of it.
            throw e.getCause() instanceof IOException failure
                    ? failure
                    : new IOException(what + ": " + e.getMessage(), e);
        }
        done.forEach(results);
    }

    private static JavaSparkContext connect() {
        SparkConf conf = new SparkConf()
                .setAppName("icm-lora")
                .setIfMissing("spark.ui.enabled", "false")
                .setIfMissing("spark.ui.showConsoleProgress", "true")
                // Executors have the same files under the same paths, libraries and models too.
                .setIfMissing("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .setIfMissing("spark.executor.extraJavaOptions", "--enable-native-access=ALL-UNNAMED");
        return JavaSparkContext.fromSparkContext(SparkContext.getOrCreate(conf));
    }
}
