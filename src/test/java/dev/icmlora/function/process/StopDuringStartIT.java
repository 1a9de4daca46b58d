package dev.icmlora.function.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who stops a function while it starts need not wait until it has started.
@Tag("alone")
class StopDuringStartIT {

    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int TERMINATED = 143;

    @TempDir
    Path folder;

    /// @param file what the process has in memory when it is stopped: the C library, the first of llama.cpp,
    /// the base model
    @ParameterizedTest
    @ValueSource(strings = {"libc.so.6", "libggml-base.so", ".gguf"})
    void endsIt(String file) throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of())) {
            function.awaitMapped(file);
            var asked = System.nanoTime();

            assertThat(function.terminate()).isEqualTo(TERMINATED);

            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(LIMIT);
            assertThat(function.output()).doesNotContain("Listening", "Exception");
        }
    }
}
