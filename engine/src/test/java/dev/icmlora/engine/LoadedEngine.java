package dev.icmlora.engine;

import dev.icmlora.engine.request.EngineObserver;

/// The engine of the installed files, loaded once for all tests of this module and never closed: the process ends with
/// them.
public final class LoadedEngine {

    private static Engine engine;

    private LoadedEngine() {}

    public static synchronized Engine get() {
        if (engine == null) {
            var options = EngineOptions.DEFAULT.withThreads(1);
            engine = EngineLoader.load(EngineFiles.installed(), options, EngineObserver.NONE);
        }
        return engine;
    }
}
