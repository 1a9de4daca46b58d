package dev.icmlora.function.service;

import dev.icmlora.engine.Engine;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.api.Tune;

/// Which adapter a request to tune asks for.
final class TunedKeys {

    private TunedKeys() {}

    /// @param start what tuning begins with
    static AdapterKey of(AdapterKey start, Tune tune, Engine engine) {
        return start.tuned(tune.steps() == null ? usualSteps(start, engine) : tune.steps());
    }

    /// Whether it is of the generated adapter, tuned for as many steps as where a request names none.
    static boolean isUsual(AdapterKey key, Engine engine) {
        return key.strength() == 1 && key.steps() == usualSteps(key, engine) && !key.isCutShort();
    }

    private static int usualSteps(AdapterKey key, Engine engine) {
        return engine.tuningOptions(key.task()).steps();
    }
}
