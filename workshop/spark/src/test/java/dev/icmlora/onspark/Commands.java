package dev.icmlora.onspark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.commands.Workshop;
import dev.icmlora.generator.Sha256;

/// Runs commands of `icm-lora`, and compares what they write.
final class Commands {
    /// Of a folder: work of two batches.
    static final int TASKS = 9;

    /// For processes that end before the optimising compiler would pay, or a collector with threads of its own, or the
    /// check of thousands of classes.
    private static final String QUICK = "--enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
            + " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote";

    private Commands() {}

    /// Writes small tasks, a file each.
    ///
    /// @return the folder
    static Path tasks(Path folder) throws IOException {
        for (int i = 0; i < TASKS; i++) {
            String end = "!".repeat(i + 1);
            String examples = IntStream.range(0, 16)
                    .mapToObj(n -> "{\"input\": \"word %d\", \"output\": \"word %d%s\"}\n".formatted(n, n, end))
                    .collect(Collectors.joining());
            Files.writeString(
                    folder.resolve("task" + i + ".jsonl"),
                    "{\"description\": \"Add %s.\"}\n%s".formatted(end, examples));
        }
        return folder;
    }

    /// Several commands, separated by `then`: for a process of its own.
    public static void main(String[] arguments) {
        List<String> command = new ArrayList<>();
        for (String argument : arguments) {
            if (argument.equals("then")) {
                System.out.print(run(command.toArray(String[]::new)));
                command.clear();
            } else {
                command.add(argument);
            }
        }
        System.out.print(run(command.toArray(String[]::new)));
        System.exit(0);
    }

    /// @return what it printed
    static String run(String... arguments) {
        StringWriter printed = new StringWriter();
        PrintWriter out = new PrintWriter(printed);
        int code = Workshop.commandLine().setOut(out).setErr(out).execute(arguments);
        assertThat(code).as(printed.toString()).isZero();
        return printed.toString();
    }

    /// Runs commands in a process of its own.
    ///
    /// @return what it printed
    static String process(Path scratch, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        // Spark looks for its jars there, and its executors work below it.
        Files.createDirectories(scratch.resolve("jars"));
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@java-options"));
        command.addAll(List.of(QUICK.split(" ")));
        command.addAll(List.of(
                "-Xmx1g",
                "-Dspark.executor.memory=512m",
                "-Dspark.executor.extraJavaOptions=" + QUICK,
                "-cp",
                System.getProperty("java.class.path"),
                Commands.class.getName()));
        command.addAll(List.of(arguments));
        Path log = scratch.resolve("process.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "SPARK_HOME",
                        scratch.toAbsolutePath().toString(),
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "SPARK_SCALA_VERSION",
                        "2.13"));
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        String printed = Files.readString(log);
        assertThat(code).as(printed).isZero();
        return printed;
    }

    /// The SHA-256 of each file below a folder.
    static SortedMap<String, String> digests(Path folder) throws IOException {
        SortedMap<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                digests.put(folder.relativize(file).toString(), Sha256.hex(Files.readAllBytes(file)));
            }
        }
        return digests;
    }
}
