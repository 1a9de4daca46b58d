package dev.icmlora.function.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;

/// A function that cannot serve does not start, and says why in one sentence. Each way to say it is tried once; which
/// sentence it is, the tests say of what throws it.
class StartupFailureIT {

    private static final String COLLECTOR = "-XX:+UseSerialGC";

    @TempDir
    Path folder;

    /// The engine: nothing of it is loaded, so the sentence is all that is said.
    @Test
    void aLibraryThatIsCutShort() throws Exception {
        var libraries = Files.createDirectory(folder.resolve("native"));
        try (var files = Files.newDirectoryStream(Installation.ofThisProcess().nativeDirectory(), "{*.so,checksums}")) {
            for (var file : files) {
                Files.copy(file, libraries.resolve(file.getFileName()));
            }
        }
        var cut = libraries.resolve("libggml-base.so");
        try (var file = new RandomAccessFile(cut.toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        refuses(
                FunctionProcess.start(folder, Map.of("ICM_LORA_NATIVE_DIR", libraries.toString()), COLLECTOR),
                cut + " is damaged or another build",
                "found " + Files.size(cut) + " bytes, expected " + (Files.size(cut) + 1) + " bytes",
                "make setup");
    }

    /// A setting, of a bean that a filter needs.
    @Test
    void tenantsWithoutKeys() throws Exception {
        refuses(
                FunctionProcess.start(folder, Map.of("ICM_LORA_TENANCY", "key"), COLLECTOR),
                "ICM_LORA_TENANCY",
                "no API key");
    }

    /// Quarkus: as a system property, a setting that the function never had is named by it.
    @Test
    void settingsThatTheFunctionNeverHad() throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of(), "-Dicm-lora.worker=2")) {
            assertThat(function.awaitExit()).isEqualTo(1);

            assertThat(function.output()).contains("icm-lora.worker in SysPropConfigSource does not map");
        }
    }

    /// A JVM refuses what it does not know; behind its jar it takes everything, and so does a native executable.
    @Test
    void unknownOptions() throws Exception {
        var command = List.of("bash", "-c", "exec \"$@\" -Xnone", "bash");
        refuses(FunctionProcess.startBy(command, folder, Map.of(), COLLECTOR), "does not know -Xnone");
    }

    private static void refuses(FunctionProcess started, String... reasons) throws Exception {
        try (var function = started) {
            assertThat(function.awaitExit()).isEqualTo(1);

            assertThat(function.output().lines().toList())
                    .singleElement()
                    .asString()
                    .contains(reasons);
        }
    }
}
