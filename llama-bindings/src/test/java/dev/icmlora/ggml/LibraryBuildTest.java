package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.icmlora.ChildProcess;
import dev.icmlora.TestInstallation;

class LibraryBuildTest {
    private static final List<LibraryBuild> ALL = List.of(LibraryBuild.values());

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"13010, CUDA_13", "13000, CUDA_13", "12080, CUDA_12", "12020, CUDA_12", "11080, CPU"})
    void theNewestThatTheDriverRuns(int driver, LibraryBuild build) {
        assertThat(LibraryBuild.best(ALL, OptionalInt.of(driver))).isEqualTo(build);
    }

    @Test
    void withoutADriverTheCpu() {
        assertThat(LibraryBuild.best(ALL, OptionalInt.empty())).isEqualTo(LibraryBuild.CPU);
    }

    @Test
    void whereNoneRunsTheReasonIsGiven() {
        assertThatExceptionOfType(MissingLibraryException.class)
                .isThrownBy(() -> LibraryBuild.best(List.of(LibraryBuild.CUDA_13), OptionalInt.of(12_020)))
                .withMessage("none of the llama.cpp builds [cuda13] runs here: the GPU driver runs CUDA up to 12.2");
    }

    @Test
    void aFolderWithoutBuildsIsTakenAsItIs() {
        assertThat(LibraryBuild.in(directory)).isEqualTo(directory);
    }

    @Test
    void loadingTakesTheBuildThatSuits() throws Exception {
        Files.createSymbolicLink(directory.resolve("cpu"), TestInstallation.nativeDirectory());

        ChildProcess process = ChildProcess.run(NativeLibrariesTest.class, directory.toString());

        assertThat(process.output()).contains("llama.cpp build cpu, of cpu in " + directory, "loaded");
    }
}
