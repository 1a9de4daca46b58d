package dev.icmlora.function.service;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.api.Tuned;
import dev.icmlora.generator.task.Example;

/// What tuning did, in the words of the reply.
final class TuningReports {

    private TuningReports() {}

    static Tuned of(KnownAdapter known) {
        var contradictory = contradictory(known.key().task().examples());
        var tuning = known.tuning().orElseThrow();
        return new Tuned(
                tuning.outcome().name().toLowerCase(Locale.ROOT),
                tuning.steps(),
                known.key().isCutShort() ? true : null,
                finite(tuning.lossBefore()),
                finite(tuning.lossAfter()),
                contradictory);
    }

    static Tuned waiting(List<Example> examples) {
        return new Tuned("waiting", null, null, null, null, contradictory(examples));
    }

    /// JSON has no word for what is no number.
    private static Double finite(double loss) {
        return Double.isFinite(loss) ? loss : null;
    }

    /// Examples whose input has another output in another example; null for none.
    private static Integer contradictory(List<Example> examples) {
        Map<String, Set<String>> outputs = new HashMap<>();
        examples.forEach(example ->
                outputs.computeIfAbsent(example.input(), _ -> new HashSet<>()).add(example.output()));
        var count = (int) examples.stream()
                .filter(example -> outputs.get(example.input()).size() > 1)
                .count();
        return count == 0 ? null : count;
    }
}
