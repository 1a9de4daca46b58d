package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.sql.SparkSession;

/// A driver in a process of its own, and its two executors of one core each in theirs, as in a cluster. They have the
/// class path of the test: Spark's own scripts are not needed.
final class TwoExecutors implements AutoCloseable {

    /// For programs that end before the optimising compiler would pay, or a collector with threads of its own, or the
    /// check of thousands of classes.
    static final String QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
            + " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote";

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final Process driver;
    private final Path log;

    private TwoExecutors(Process driver, Path log) {
        this.driver = driver;
        this.log = log;
    }

    /// Starts a driver.
    ///
    /// @param folder for what Spark writes
    /// @param program with a `main` method that asks for [#session]
    static TwoExecutors run(Path folder, Class<?> program, String... arguments) throws IOException {
        // Where Spark looks for its jars; it wants the folder, and does not need them.
        Files.createDirectories(folder.resolve("jars"));
        var command = new ArrayList<>(List.of(JAVA.toString(), "-Xmx512m"));
        command.addAll(List.of(QUICK.split(" ")));
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        var log = folder.resolve("driver.log");
        var driver = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        driver.environment()
                .putAll(Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "SPARK_HOME",
                        folder.toAbsolutePath().toString(),
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "SPARK_SCALA_VERSION",
                        "2.13"));
        return new TwoExecutors(driver.start(), log);
    }

    /// The session of a driver that [#run] started.
    ///
    /// @param options of the executors' JVMs
    static SparkSession session(String options) {
        return SparkSession.builder()
                .master("local-cluster[2,1,2048]")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", options)
                .config("spark.executor.memory", "512m")
                .config("spark.executor.cores", 1)
                .config("spark.sql.warehouse.dir", System.getenv("SPARK_HOME"))
                .config("spark.ui.enabled", false)
                .getOrCreate();
    }

    ProcessHandle driver() {
        return driver.toHandle();
    }

    /// Those that live, the oldest first.
    List<ProcessHandle> executors() {
        return executors(driver());
    }

    /// Of a driver: Spark has chmod and the like run too.
    static List<ProcessHandle> executors(ProcessHandle driver) {
        return driver.children()
                .filter(child -> child.info().command().stream().anyMatch(command -> command.endsWith("/bin/java")))
                .sorted(Comparator.comparing(
                        child -> child.info().startInstant().orElse(Instant.MAX)))
                .toList();
    }

    /// Waits for the end of the driver.
    ///
    /// @return what it printed
    /// @throws AssertionError if it failed, or has not ended after so many seconds
    String join(int seconds) throws IOException, InterruptedException {
        var ended = driver.waitFor(seconds, TimeUnit.SECONDS);
        var output = Files.readString(log);
        assertThat(ended).as("the driver has ended; it printed: %s", output).isTrue();
        assertThat(driver.exitValue()).as(output).isZero();
        return output;
    }

    /// Executors end with their driver.
    @Override
    public void close() {
        executors().forEach(ProcessHandle::destroyForcibly);
        driver.destroyForcibly();
    }
}
