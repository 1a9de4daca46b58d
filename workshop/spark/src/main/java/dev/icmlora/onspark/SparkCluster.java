package dev.icmlora.onspark;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

import dev.icmlora.trainer.tasks.TaskRunner;

/// Finds the cluster of a Spark master.
public final class SparkCluster implements TaskRunner.Cluster {

    /// A process has one master, to which it stays connected. Java's system properties that begin with `spark.` count.
    @Override
    public TaskRunner at(String master) {
        SparkConf conf = new SparkConf()
                .setMaster(master)
                .setAppName("icm-lora")
                .setIfMissing("spark.ui.enabled", "false")
                .setIfMissing("spark.ui.showConsoleProgress", "true")
                // Executors have the same files under the same paths, libraries and models too.
                .setIfMissing("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .setIfMissing("spark.executor.extraJavaOptions", "--enable-native-access=ALL-UNNAMED");
        return new SparkRunner(JavaSparkContext.fromSparkContext(SparkContext.getOrCreate(conf)));
    }
}
