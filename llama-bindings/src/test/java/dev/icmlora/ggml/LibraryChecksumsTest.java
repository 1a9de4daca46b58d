package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.TestInstallation;

/// Against records that the project's own script makes.
class LibraryChecksumsTest {
    private static final int BYTES = 100_000;

    @TempDir
    private Path folder;

    private Path library;

    static void record(Path folder) throws IOException, InterruptedException {
        Process script = new ProcessBuilder(
                        TestInstallation.script("record-libraries").toString(), folder.toString())
                .inheritIO()
                .start();
        assertThat(script.waitFor()).isZero();
    }

    @BeforeEach
    void recordTwo() throws Exception {
        library = Files.write(folder.resolve("libone.so"), new byte[BYTES]);
        // Its first and last 4 KiB are the same bytes.
        Files.writeString(folder.resolve("libtwo.so"), "short");
        record(folder);
    }

    @Test
    void whatWasRecordedIsLoaded() {
        LibraryChecksums.check(folder);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4095, BYTES - 4096, BYTES - 1})
    void aByteThatDiffersAtAnEndIsFound(int position) throws IOException {
        byte[] bytes = Files.readAllBytes(library);
        bytes[position] = 1;
        Files.write(library, bytes);
        refuses(library + " is damaged or another build: found CRC-32 ", "expected ", "make setup");
    }

    @Test
    void anotherLengthIsFound() throws IOException {
        Files.write(library, new byte[1], StandardOpenOption.APPEND);
        refuses(library + " is damaged or another build: found 100001 bytes, expected 100000 bytes; run `make setup`");
    }

    @Test
    void aLibraryThatIsGoneIsNamed() throws IOException {
        Files.delete(library);
        refuses(library + " is missing; run `make setup`");
    }

    /// ggml would load it.
    @Test
    void aLibraryThatWasAddedIsNamed() throws IOException {
        Path added = Files.write(folder.resolve("libggml-cpu-more.so"), new byte[9]);
        refuses(added + " is not one of the 2 libraries recorded beside it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no record", "00 many libone.so", "00 99999999999999999999 libone.so"})
    void aDamagedRecordIsNamed(String line) throws IOException {
        Files.writeString(folder.resolve("checksums"), line + "\n");
        refuses(folder.resolve("checksums") + " is damaged");
    }

    @Test
    void somebodysOwnBuildHasNoRecord() throws IOException {
        Files.delete(folder.resolve("checksums"));
        Files.write(library, new byte[1]);
        LibraryChecksums.check(folder);
    }

    private void refuses(String... reasons) {
        assertThatExceptionOfType(MissingLibraryException.class)
                .isThrownBy(() -> LibraryChecksums.check(folder))
                .satisfies(e -> assertThat(e.getMessage()).contains(reasons));
    }
}
