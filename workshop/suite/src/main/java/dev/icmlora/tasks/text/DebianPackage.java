package dev.icmlora.tasks.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A Debian package, fetched and unpacked by the system's own tools, without installing it.
///
/// @param name of the package
record DebianPackage(String name) {

    /// The folder that holds its files; fetched once and kept.
    ///
    /// @param cache for all packages
    /// @throws IOException when it cannot be fetched or unpacked; the message says why
    Path unpacked(Path cache) throws IOException {
        Path target = cache.resolve(name);
        if (Files.isDirectory(target)) {
            return target;
        }
        Files.createDirectories(cache);
        Path work = Files.createTempDirectory(cache, name + "-part-");
        try {
            run(work, "apt-get", "-qq", "download", name);
            run(
                    work,
                    "dpkg-deb",
                    "-x",
                    archive(work).toString(),
                    work.resolve("files").toString());
            Files.move(work.resolve("files"), target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(work);
        }
        return target;
    }

    private Path archive(Path work) throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.filter(file -> file.toString().endsWith(".deb"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("apt-get download " + name + " brought no file"));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void run(Path folder, String... command) throws IOException {
        Process process = new ProcessBuilder(List.of(command))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed: "
                        + output.lines().findFirst().orElse("no output"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
