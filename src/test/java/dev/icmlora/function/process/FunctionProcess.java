package dev.icmlora.function.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.engine.Installation;

/// The packaged function, run as a user runs it, in a folder of its own: `java -jar`, or the native executable where
/// that was built (`-Pnative`).
public final class FunctionProcess implements AutoCloseable {

    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Pattern LISTENING = Pattern.compile("Listening on: (http://[\\w.:]+)");
    private static final int SECONDS = 120; // a machine may be busy

    private final Process process;
    private final Path log;

    private FunctionProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /// Starts the function.
    ///
    /// @param folder its working directory; its output goes there too
    /// @param environment added to the one that names the parts of this checkout
    public static FunctionProcess start(Path folder, Map<String, String> environment, String... javaOptions)
            throws IOException {
        return startBy(List.of(), folder, environment, javaOptions);
    }

    /// Starts the function by a command that ends in executing its arguments.
    static FunctionProcess startBy(
            List<String> launcher, Path folder, Map<String, String> environment, String... javaOptions)
            throws IOException {
        var log = folder.resolve("function.log");
        var command = new ArrayList<>(launcher);
        command.addAll(command(javaOptions));
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        var all = builder.environment();
        all.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        all.put("QUARKUS_HTTP_PORT", "0");
        all.put("ICM_LORA_THREADS", "1"); // as in the test profile
        all.put("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "false");
        all.putAll(installed());
        all.putAll(environment);
        return new FunctionProcess(builder.start(), log);
    }

    /// What Quarkus packaged, as it wrote it down.
    private static List<String> command(String... javaOptions) throws IOException {
        var artifact = new Properties();
        try (var properties = Files.newInputStream(TARGET.resolve("quarkus-artifact.properties"))) {
            artifact.load(properties);
        }
        var packaged = TARGET.resolve(artifact.getProperty("path"));
        var command = new ArrayList<String>();
        if (artifact.getProperty("type").equals("native")) {
            command.add(packaged.toString());
            // It knows a heap and properties, but not the JVM's own switches.
            Stream.of(javaOptions).filter(option -> !option.startsWith("-XX:")).forEach(command::add);
        } else {
            var app = packaged.getParent();
            command.add(JAVA_HOME.resolve("bin/java").toString());
            command.addAll(List.of("@" + app.resolve("jvm-options"), "-XX:AOTCache=" + cache(app)));
            // It lives for seconds, which are too few to optimise for on the cores that it computes with.
            command.add("-XX:TieredStopAtLevel=1");
            command.addAll(List.of(javaOptions));
            command.addAll(List.of("-jar", packaged.toString()));
        }
        return command;
    }

    /// The ahead-of-time cache that images start with: the first JVM that needs it has it made.
    private static synchronized Path cache(Path app) throws IOException {
        var cache = app.resolve("app.aot");
        try (var channel = FileChannel.open(TARGET.resolve("app.aot.lock"), CREATE, WRITE);
                var _ = channel.lock()) {
            if (!Files.exists(cache)) {
                var recording = new ProcessBuilder(
                                Path.of("main/docker/record-aot").toString(), app.toString())
                        .redirectErrorStream(true);
                recording.environment().put("JAVA_HOME", JAVA_HOME.toString());
                recording.environment().putAll(installed());
                var process = recording.start();
                var output = new String(process.getInputStream().readAllBytes(), UTF_8);
                assertThat(process.onExit().join().exitValue()).as(output).isZero();
            }
        }
        return cache;
    }

    /// Names the parts of this checkout.
    private static Map<String, String> installed() {
        var installation = Installation.ofThisProcess();
        return Map.of(
                Installation.NATIVE_DIR_VARIABLE, installation.nativeDirectory().toString(),
                Installation.MODEL_VARIABLE, installation.model().toString(),
                Installation.GENERATOR_VARIABLE, installation.generator().toString(),
                Installation.ENCODER_VARIABLE,
                        installation.encoder().orElseThrow().toString());
    }

    /// Waits for the function to listen.
    ///
    /// @return its address
    public String awaitAddress() throws IOException, InterruptedException {
        for (var i = 0; i < SECONDS * 20; i++) {
            var listening = LISTENING.matcher(output());
            if (listening.find()) {
                return listening.group(1);
            }
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError("the function did not start:\n" + output());
    }

    /// Waits for the function to have a file in memory, by the end of its path.
    void awaitMapped(String end) throws IOException, InterruptedException {
        for (var i = 0; i < SECONDS * 200; i++) {
            if (Files.readAllLines(proc().resolve("maps")).stream().anyMatch(line -> line.endsWith(end))) {
                return;
            }
            if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError("the function never read " + end + ":\n" + output());
    }

    /// Asks the function to stop.
    void stop() {
        process.destroy();
    }

    /// Asks the function to stop, and waits until it did.
    int terminate() throws InterruptedException {
        stop();
        return awaitExit();
    }

    /// Waits for the function to exit by itself.
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("exits").isTrue();
        return process.exitValue();
    }

    String output() throws IOException {
        return Files.readString(log);
    }

    public long residentBytes() throws IOException {
        return Files.readAllLines(proc().resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    /// The files that it has open. Sockets and pipes come and go with connections, and Quarkus' class loader opens and
    /// closes its jars as classes are asked for.
    List<String> openFiles() throws IOException {
        try (var descriptors = Files.list(proc().resolve("fd"))) {
            return descriptors
                    .map(FunctionProcess::target)
                    .filter(target -> target.startsWith("/") && !target.endsWith(".jar"))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            // Closed since it was listed.
            return "";
        }
    }

    private Path proc() {
        return Path.of("/proc", Long.toString(process.pid()));
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
    }
}
