package dev.icmlora.function.service;

import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.api.Tune;

/// Which adapter a request to tune asks for.
final class TunedKeys {

    private TunedKeys() {}

    /// @param start what tuning begins with
    static AdapterKey of(AdapterKey start, Tune tune) {
        var examples = start.task().examples().size();
        return start.tuned(
                tune.steps() == null ? TuningOptions.forExamples(examples).steps() : tune.steps());
    }
}
