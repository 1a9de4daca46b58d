package dev.icmlora.function.service;

import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.api.Tune;

/// Which adapter a request to tune asks for.
final class TunedKeys {

    private TunedKeys() {}

    /// @param start what tuning begins with
    static AdapterKey of(AdapterKey start, Tune tune) {
        return start.tuned(tune.steps() == null ? usualSteps(start) : tune.steps());
    }

    /// Whether it is of the generated adapter, tuned for as many steps as where a request names none.
    static boolean isUsual(AdapterKey key) {
        return key.strength() == 1 && key.steps() == usualSteps(key) && !key.isCutShort();
    }

    private static int usualSteps(AdapterKey key) {
        return TuningOptions.forExamples(key.task().examples().size()).steps();
    }
}
