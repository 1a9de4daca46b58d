package dev.icmlora;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import dev.icmlora.capi.GuardedCalls;
import dev.icmlora.ggml.NativeLibraries;

/// Where the tests find the native libraries and the base model. Absent parts fail a test, they never skip
/// it.
public final class TestInstallation {
    private TestInstallation() {}

    /// Loads the native libraries, and guards the buffers of all calls; cheap after the first time.
    public static void loadLibraries() {
        GuardedCalls.begin();
        NativeLibraries.load(nativeDirectory());
    }

    public static Path nativeDirectory() {
        String platform = "linux-" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64");
        return find(
                "ICM_LORA_NATIVE_DIR",
                Path.of("native", "node_modules", "@node-llama-cpp", platform, "bins", platform),
                "native libraries");
    }

    public static Path model() {
        return find("ICM_LORA_MODEL", Path.of("models", "SmolLM2-135M-Instruct.Q8_0.gguf"), "base model");
    }

    public static Path encoder() {
        return find("ICM_LORA_ENCODER", Path.of("models", "e5-small-v2.Q8_0.gguf"), "encoder");
    }

    /// One of the project's own scripts.
    public static Path script(String name) {
        return upwards(Path.of("scripts", name)).stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }

    private static Path find(String variable, Path relative, String what) {
        String given = System.getProperty(variable, System.getenv(variable));
        List<Path> candidates = given != null ? List.of(Path.of(given)) : upwards(relative);
        return candidates.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + what + " at " + candidates + ": run `make setup`"));
    }

    private static List<Path> upwards(Path relative) {
        return Stream.iterate(Path.of("").toAbsolutePath(), directory -> directory != null, Path::getParent)
                .map(directory -> directory.resolve(relative))
                .toList();
    }
}
