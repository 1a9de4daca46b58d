package dev.icmlora.onspark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Task vectors, whose files are the same whatever takes them.
class VectorsTest {
    @TempDir
    private static Path scratch;

    private static SortedMap<String, String> alone;

    @BeforeAll
    static void takeThemWithoutSpark() throws Exception {
        Path folder = scratch.resolve("alone");
        Commands.run(vectors(folder));
        alone = Commands.digests(folder);
        assertThat(alone).isNotEmpty();
    }

    @Test
    void twoAtATimeInThisProcessWriteTheSameBytes() throws Exception {
        Path together = scratch.resolve("together");

        String printed = Commands.run(vectors(together, "--spark", "local[2]"));

        assertThat(Commands.digests(together)).isEqualTo(alone);
        assertThat(printed).contains("tasks are in " + together);
    }

    @Test
    void executorsInProcessesOfTheirOwnWriteTheSameBytes() throws Exception {
        Path together = scratch.resolve("far");

        Commands.process(scratch, Map.of(), vectors(together, "--spark", "local-cluster[2,1,1024]"));

        assertThat(Commands.digests(together)).isEqualTo(alone);
    }

    private static String[] vectors(Path to, String... more) {
        return Stream.concat(
                        Stream.of("vectors", "--to", to.toString(), "--match", "category", "--vectors", "1"),
                        Stream.of(more))
                .toArray(String[]::new);
    }
}
