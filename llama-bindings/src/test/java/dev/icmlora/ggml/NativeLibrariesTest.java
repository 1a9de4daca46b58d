package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.ChildProcess;
import dev.icmlora.TestInstallation;

/// Libraries load once per process, so each failing load runs in a process of its own.
class NativeLibrariesTest {
    @TempDir
    private Path directory;

    /// What the child process runs: loads from the directory and says what became of it.
    public static void main(String[] arguments) {
        try {
            NativeLibraries.load(Path.of(arguments[0]));
            System.out.println("loaded");
        } catch (NativeException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private String loadInAnotherProcess() throws IOException, InterruptedException {
        ChildProcess process = ChildProcess.run(NativeLibrariesTest.class, directory.toString());
        assertThat(process.exitCode()).as(process.output()).isZero();
        // The JVM itself may warn before it about a file that is no library.
        return process.output().lines().reduce((first, second) -> second).orElse("");
    }

    private void copy(String library, String as) throws IOException {
        Files.copy(TestInstallation.nativeDirectory().resolve(library), directory.resolve(as));
    }

    @Test
    void anEmptyDirectoryLacksALibrary() throws Exception {
        assertThat(loadInAnotherProcess())
                .startsWith("MissingLibraryException: no libggml-base.so in " + directory)
                .contains("make setup");
    }

    @Test
    void aFileThatIsNoLibraryIsRefused() throws Exception {
        copy("libggml-base.so", "libggml-base.so");
        copy("libggml.v0.5.0.so", "libggml.v0.5.0.so");
        Files.writeString(directory.resolve("libllama.so"), "not a library");
        assertThat(loadInAnotherProcess())
                .startsWith("MissingLibraryException: cannot load")
                .contains("libllama.so");
    }

    @Test
    void aLibraryWithoutANeededFunctionIsNamed() throws Exception {
        copy("libggml-base.so", "libggml-base.so");
        copy("libggml.v0.5.0.so", "libggml.so");
        copy("libggml-base.so", "libllama.so");
        assertThat(loadInAnotherProcess())
                .startsWith("MissingLibraryException: no function llama_version in the libraries of " + directory);
    }

    /// Functions are linked when they are first called; this one no start calls.
    @Test
    void aFunctionThatIsCalledMuchLaterIsMissedAtOnce() throws Exception {
        copy("libggml-base.so", "libggml-base.so");
        copy("libggml.v0.5.0.so", "libggml.so");
        byte[] llama = Files.readAllBytes(TestInstallation.nativeDirectory().resolve("libllama.v0.5.0.so"));
        String renamed =
                new String(llama, StandardCharsets.ISO_8859_1).replace("\0llama_detokenize\0", "\0llama_detokenizx\0");
        Files.write(directory.resolve("libllama.so"), renamed.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(loadInAnotherProcess())
                .isEqualTo("MissingLibraryException: no function llama_detokenize in the libraries of " + directory);
    }

    @Test
    void withoutAComputeBackendNothingWorks() throws Exception {
        copy("libggml-base.so", "libggml-base.so");
        copy("libggml.v0.5.0.so", "libggml.v0.5.0.so");
        copy("libllama.v0.5.0.so", "libllama.v0.5.0.so");
        assertThat(loadInAnotherProcess()).startsWith("MissingLibraryException: no compute backend");
    }

    @Test
    void aLibraryThatDiffersFromItsRecordIsNotLoaded() throws Exception {
        try (DirectoryStream<Path> libraries =
                Files.newDirectoryStream(TestInstallation.nativeDirectory(), "lib{ggml,llama.}*.so")) {
            for (Path library : libraries) {
                copy(library.getFileName().toString(), library.getFileName().toString());
            }
        }
        LibraryChecksumsTest.record(directory);
        assertThat(loadInAnotherProcess()).startsWith("loaded");

        Path llama = directory.resolve("libllama.v0.5.0.so");
        byte[] bytes = Files.readAllBytes(llama);
        bytes[bytes.length - 1] ^= 1;
        Files.write(llama, bytes);
        assertThat(loadInAnotherProcess())
                .startsWith("MissingLibraryException: " + llama + " is damaged or another build");
    }

    /// As in the package of the CUDA build.
    @Test
    void aNameMayCarryTheBackendToo() throws Exception {
        copy("libggml-base.so", "libggml-base.so");
        copy("libggml.v0.5.0.so", "libggml.cuda.v0.5.0.so");
        copy("libllama.v0.5.0.so", "libllama.cuda.v0.5.0.so");
        try (DirectoryStream<Path> backends =
                Files.newDirectoryStream(TestInstallation.nativeDirectory(), "libggml-cpu-*.so")) {
            for (Path backend : backends) {
                copy(backend.getFileName().toString(), backend.getFileName().toString());
            }
        }
        assertThat(loadInAnotherProcess()).startsWith("loaded");
    }

    @Test
    void loadingIsIdempotentForOneDirectory() {
        TestInstallation.loadLibraries();
        TestInstallation.loadLibraries();
        assertThat(NativeLibraries.directory())
                .isEqualTo(TestInstallation.nativeDirectory().toAbsolutePath().normalize());
        assertThatIllegalStateException().isThrownBy(() -> NativeLibraries.load(directory));
    }
}
