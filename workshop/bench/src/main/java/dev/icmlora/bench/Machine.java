package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import dev.icmlora.engine.Installation;

/// The machine and the settings of a run.
///
/// @param root of the project
/// @param threads that compute, here and in every peer
/// @param rounds how often each pair is measured
record Machine(Path root, int threads, int rounds) {

    Path model() {
        return Installation.ofThisProcess().model();
    }

    /// A program of llama.cpp's, if it was built: see workshop/bench/peers/README.md.
    Optional<Path> peer(String program) {
        return Optional.of(root.resolve("workshop/bench/peers/build/bin").resolve(program))
                .filter(Files::isExecutable);
    }

    String cpu() {
        return line(Path.of("/proc/cpuinfo"), "model name").orElse("unknown CPU");
    }

    /// Waits until every server that was asked before has stopped computing: threads of ggml's spin for a while after
    /// their work, which the next measurement would pay for.
    void settle() {
        sleep(Duration.ofMillis(500));
    }

    static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Rounds that are not counted: they warm both sides up.
    int warmUps() {
        return 6;
    }

    /// Of all processes, in the last minute.
    double load() {
        try {
            return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Deletes all files below a folder, and makes the folder if it is not there.
    static Path emptied(Path folder) {
        try {
            Files.createDirectories(folder);
            try (var files = Files.walk(folder)) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    Files.delete(file);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Optional<String> line(Path file, String key) {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
