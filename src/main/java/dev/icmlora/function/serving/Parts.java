package dev.icmlora.function.serving;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.generator.Installation;
import dev.icmlora.generator.Installation.MissingPartException;
import dev.icmlora.generator.Sha256;

/// The files that the function is made of.
///
/// @param modelSha256 what the model's checksum must be, if that is known
record Parts(Path nativeDirectory, Path model, Optional<String> modelSha256, Path generator) {

    private static final String DEFAULT_MODEL_SHA256 =
            "0c1d3326cd9793cfb7296113c063dd5c24e2bd734b48ec1a3d01b7158eca9387";
    private static final int CHUNK = 1 << 20;

    /// The configured files, or those that `make setup` fetched.
    ///
    /// @throws StartupException if one is missing
    static Parts find(FunctionConfig config) {
        var installation = Installation.ofThisProcess();
        try {
            var pinned = config.model().isPresent() ? Optional.<String>empty() : Optional.of(DEFAULT_MODEL_SHA256);
            return new Parts(
                    config.nativeDir()
                            .map(dir -> existing("icm-lora.native-dir", dir))
                            .orElseGet(installation::nativeDirectory),
                    config.model().map(file -> existing("icm-lora.model", file)).orElseGet(installation::model),
                    config.modelSha256().or(() -> pinned),
                    config.generator()
                            .map(file -> existing("icm-lora.generator", file))
                            .orElseGet(installation::generator));
        } catch (MissingPartException e) {
            throw new StartupException(e.getMessage());
        }
    }

    private static Path existing(String key, Path path) {
        if (!Files.exists(path)) {
            var variable = key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
            throw new StartupException("%s (%s) names %s, which does not exist".formatted(key, variable, path));
        }
        return path;
    }

    /// The model file's name without its extension.
    String modelName() {
        return model.getFileName().toString().replaceFirst("\\.gguf$", "");
    }

    /// Reads the whole model file and compares its checksum with the expected one.
    ///
    /// @throws StartupException if they differ
    void verifyModel() {
        modelSha256.ifPresent(expected -> {
            var actual = sha256(model);
            if (!actual.equalsIgnoreCase(expected)) {
                throw new StartupException(
                        "%s is damaged or another file: its SHA-256 is %s, expected %s; run `make setup` or set ICM_LORA_MODEL"
                                .formatted(model, actual, expected));
            }
        });
    }

    private static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            var digest = Sha256.digest();
            var chunk = new byte[CHUNK];
            for (var n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
