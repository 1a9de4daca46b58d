package dev.icmlora.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.GeneratorFile;

/// The files that `make setup` fetches: native libraries, base model, generator and encoder.
///
/// Each part may be named by an environment variable; else it is looked for in the folder that holds `native/` and
/// `models/`, from the working directory upwards, so that the function, the trainer and every module's tests find the
/// same files.
public final class Installation {

    public static final String NATIVE_DIR_VARIABLE = "ICM_LORA_NATIVE_DIR";
    public static final String MODEL_VARIABLE = "ICM_LORA_MODEL";
    public static final String GENERATOR_VARIABLE = "ICM_LORA_GENERATOR";
    public static final String ENCODER_VARIABLE = "ICM_LORA_ENCODER";

    private static final String MODEL = "models/SmolLM2-135M-Instruct.Q8_0.gguf";
    private static final String GENERATOR = "models/generator.gguf";
    private static final String ENCODER = "models/e5-small-v2.Q8_0.gguf";

    private final Map<String, String> environment;
    private final Path workingDirectory;

    Installation(Map<String, String> environment, Path workingDirectory) {
        this.environment = environment;
        this.workingDirectory = workingDirectory;
    }

    public static Installation ofThisProcess() {
        return new Installation(System.getenv(), Path.of("").toAbsolutePath());
    }

    /// The folder that holds `libllama.so`.
    ///
    /// @throws EngineStartException when it is not there
    public Path nativeDirectory() {
        var platform = "linux-" + (isArm() ? "arm64" : "x64");
        return find("llama.cpp libraries", NATIVE_DIR_VARIABLE, nativeDirectory(platform));
    }

    private static String nativeDirectory(String platform) {
        return "native/node_modules/@node-llama-cpp/" + platform + "/bins/" + platform;
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").toLowerCase(Locale.ROOT).matches("aarch64|arm64");
    }

    /// The base model, a GGUF file.
    ///
    /// @throws EngineStartException when it is not there
    public Path model() {
        return find("base model", MODEL_VARIABLE, MODEL);
    }

    /// The generator file.
    ///
    /// @throws EngineStartException when it is not there
    public Path generator() {
        return find("generator", GENERATOR_VARIABLE, GENERATOR);
    }

    /// The sentence encoder, a GGUF file, if there is one.
    ///
    /// @throws EngineStartException when one is named that is not there
    public Optional<Path> encoder() {
        var named = environment.get(ENCODER_VARIABLE);
        return named != null && !named.isBlank()
                ? Optional.of(find("encoder", ENCODER_VARIABLE, ENCODER))
                : searchUpwards(ENCODER);
    }

    /// The generator that is installed for a base model, if there is one.
    public Optional<Path> generatorFor(Path model) {
        return searchUpwards(GENERATOR).filter(file -> isFor(file, model));
    }

    private static boolean isFor(Path generator, Path model) {
        try {
            return GeneratorFile.isFor(generator, BaseModelId.of("model", model));
        } catch (IOException e) {
            throw new UncheckedIOException(model + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// The folder that holds `native/` and `models/`, for what is neither of the three parts (training checkpoints).
    ///
    /// @throws EngineStartException when the working directory is not inside such a folder
    public Path root() {
        return searchUpwards("models")
                .map(Path::getParent)
                .orElseThrow(() -> new EngineStartException("no folder with models/ at or above " + workingDirectory));
    }

    private Path find(String what, String variable, String relative) {
        var named = environment.get(variable);
        if (named != null && !named.isBlank()) {
            var path = Path.of(named);
            if (!Files.exists(path)) {
                throw new EngineStartException(what + " not found: " + variable + " names " + path);
            }
            return path;
        }
        return searchUpwards(relative)
                .orElseThrow(() -> new EngineStartException(what + " not found: no " + relative + " at or above "
                        + workingDirectory + "; run `make setup` or set " + variable));
    }

    private Optional<Path> searchUpwards(String relative) {
        for (var folder = workingDirectory; folder != null; folder = folder.getParent()) {
            var candidate = folder.resolve(relative);
            if (Files.exists(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
