package dev.icmlora.commands.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.commands.Workshop;
import dev.icmlora.generator.Sha256;

/// Task vectors taken by four processes that share nothing but a folder, as four machines would share a
/// bucket.
class ShardedVectorsTest {
    /// Few, since every process pays for a start: three, so that a shard has nothing to do.
    private static final String TASKS = "category";

    @TempDir
    private Path scratch;

    @Test
    void fourShardsWriteTheBytesOfOneProcess() throws Exception {
        Path alone = scratch.resolve("alone");
        Path together = scratch.resolve("together");

        List<Running> processes = List.of(
                start(alone, Map.of()),
                start(together, Map.of("CLOUD_RUN_TASK_INDEX", "0", "CLOUD_RUN_TASK_COUNT", "4")),
                start(together, Map.of("CLOUD_RUN_TASK_INDEX", "1", "CLOUD_RUN_TASK_COUNT", "4")),
                start(together, Map.of("JOB_COMPLETION_INDEX", "2", "JOB_COMPLETION_COUNT", "4")),
                start(together, Map.of(), "--shard", "3/4"));
        for (Running running : processes) {
            assertThat(running.process().waitFor()).as(running.output()).isZero();
        }

        assertThat(digests(together)).isEqualTo(digests(alone)).isNotEmpty();
    }

    private Running start(Path to, Map<String, String> environment, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Workshop.class.getName(),
                "vectors",
                "--to",
                to.toString(),
                "--match",
                TASKS,
                "--vectors",
                "1",
                "--threads",
                "1"));
        command.addAll(List.of(more));
        Path log = Files.createTempFile(scratch, "process", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new Running(builder.start(), log);
    }

    private static SortedMap<String, String> digests(Path folder) throws Exception {
        SortedMap<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                digests.put(file.getFileName().toString(), Sha256.hex(Files.readAllBytes(file)));
            }
        }
        return digests;
    }

    private record Running(Process process, Path log) {
        String output() throws IOException {
            return Files.readString(log);
        }
    }
}
