package dev.icmlora.trainer.session;

import java.io.File;
import java.io.Serializable;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.engine.request.EngineObserver;

/// Where the base model is, for work that may be done by another process. It has the files under the same paths.
///
/// @param libraries folder with llama.cpp's libraries
/// @param model a GGUF file
public record BaseModelFiles(File libraries, File model) implements Serializable {

    /// Those of this process.
    ///
    /// @throws dev.icmlora.engine.EngineStartException when they are not there
    public static BaseModelFiles of(Installation installation) {
        return new BaseModelFiles(
                installation.nativeDirectory().toFile().getAbsoluteFile(),
                installation.model().toFile().getAbsoluteFile());
    }

    /// Loads the model; the caller closes it.
    public LoadedModel load() {
        return LoadedModel.load(libraries.toPath(), model.toPath(), EngineOptions.DEFAULT);
    }

    /// Loads the model with a generator; the caller closes it.
    ///
    /// @throws dev.icmlora.engine.EngineStartException for a generator of another model, or a bad file
    public Engine engine(File generator, int threads) {
        EngineFiles files = EngineFiles.of(libraries.toPath(), model.toPath()).withGenerator(generator.toPath());
        return EngineLoader.load(files, EngineOptions.DEFAULT.withThreads(threads), EngineObserver.NONE);
    }
}
