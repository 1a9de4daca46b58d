package dev.icmlora.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

import dev.icmlora.generator.Sha256;
import dev.icmlora.generator.network.BaseModelId;

/// The files that an engine is made of.
///
/// @param nativeDirectory with llama.cpp's libraries
/// @param modelSha256 what the model's checksum must be, in hex, if that is known
/// @param generator empty to do without one
/// @param encoder of sentences; empty to do without one
public record EngineFiles(
        Path nativeDirectory,
        Path model,
        Optional<String> modelSha256,
        Optional<Path> generator,
        Optional<Path> encoder) {

    /// Of the base model that `make setup` fetches.
    public static final String DEFAULT_MODEL_SHA256 =
            "0c1d3326cd9793cfb7296113c063dd5c24e2bd734b48ec1a3d01b7158eca9387";
    private static final int CHUNK = 1 << 20;

    /// The files that `make setup` fetched, or those that the environment names, unchecked.
    ///
    /// @throws EngineStartException if one is missing
    public static EngineFiles installed() {
        var installation = Installation.ofThisProcess();
        return new EngineFiles(
                installation.nativeDirectory(),
                installation.model(),
                Optional.empty(),
                Optional.of(installation.generator()),
                installation.encoder());
    }

    /// These files alone, unchecked.
    ///
    /// @param nativeDirectory with llama.cpp's libraries
    public static EngineFiles of(Path nativeDirectory, Path model) {
        return new EngineFiles(nativeDirectory, model, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// The same with another generator.
    public EngineFiles withGenerator(Path file) {
        return new EngineFiles(nativeDirectory, model, modelSha256, Optional.of(file), encoder);
    }

    /// Tells what adapters are made by from what makes others.
    ///
    /// @throws UncheckedIOException if the file cannot be read
    public String generatorFingerprint() {
        try {
            return generator.isPresent()
                    ? BaseModelId.of("generator", generator.get()).fingerprint()
                    : "none-" + BaseModelId.of("model", model).fingerprint();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Reads the whole model file and compares its checksum with the expected one.
    ///
    /// @throws EngineStartException if they differ
    void verifyModel() {
        modelSha256.ifPresent(expected -> {
            var actual = sha256(model);
            if (!actual.equalsIgnoreCase(expected)) {
                throw new EngineStartException(
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
