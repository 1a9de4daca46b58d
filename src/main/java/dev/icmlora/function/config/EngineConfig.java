package dev.icmlora.function.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.EngineStartException;
import dev.icmlora.engine.Installation;

/// The engine that the configuration asks for.
public final class EngineConfig {

    /// One batch or job takes a small part of a request's time; one that takes this many limits hangs.
    private static final int LIMITS_UNTIL_STUCK = 3;

    /// In place of a generator's or an encoder's file.
    private static final Path NONE = Path.of("none");

    private EngineConfig() {}

    /// The configured files, or those that `make setup` fetched.
    ///
    /// @throws StartupException if one is missing
    public static EngineFiles files(FunctionConfig config) {
        var installation = Installation.ofThisProcess();
        try {
            var pinned = config.model().isPresent()
                    ? Optional.<String>empty()
                    : Optional.of(EngineFiles.DEFAULT_MODEL_SHA256);
            var model =
                    config.model().map(file -> existing("icm-lora.model", file)).orElseGet(installation::model);
            return new EngineFiles(
                    config.nativeDir()
                            .map(dir -> existing("icm-lora.native-dir", dir))
                            .orElseGet(installation::nativeDirectory),
                    model,
                    config.modelSha256().or(() -> pinned),
                    generator(config, model, installation),
                    encoder(config, installation));
        } catch (EngineStartException e) {
            throw new StartupException(e.getMessage());
        }
    }

    /// A user's own base model does without a generator, until one is trained for it.
    private static Optional<Path> generator(FunctionConfig config, Path model, Installation installation) {
        if (config.generator().filter(NONE::equals).isPresent()) {
            return Optional.empty();
        }
        if (config.generator().isPresent()) {
            return config.generator().map(file -> existing("icm-lora.generator", file));
        }
        return config.model().isPresent() ? installation.generatorFor(model) : Optional.of(installation.generator());
    }

    private static Optional<Path> encoder(FunctionConfig config, Installation installation) {
        return config.encoder().isPresent()
                ? config.encoder().filter(file -> !file.equals(NONE)).map(file -> existing("icm-lora.encoder", file))
                : installation.encoder();
    }

    private static Path existing(String key, Path path) {
        if (!Files.exists(path)) {
            throw new StartupException(new Setting(key) + " names " + path + ", which does not exist");
        }
        return path;
    }

    public static EngineOptions options(FunctionConfig config) {
        var worker = config.worker();
        Duration stuckAfter = config.requestTimeout().multipliedBy(LIMITS_UNTIL_STUCK);
        return new EngineOptions(
                config.threads(),
                config.workers().orElse(1),
                worker.sequences(),
                worker.contextTokens(),
                worker.batchTokens(),
                config.maxLoras(),
                config.adapter().modules(),
                config.adapter().maxRank(),
                worker.checkAdapters(),
                config.requireGpu(),
                config.tuning(),
                stuckAfter);
    }
}
