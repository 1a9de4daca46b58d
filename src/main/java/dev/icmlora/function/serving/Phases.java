package dev.icmlora.function.serving;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

import dev.icmlora.function.api.Timing;
import dev.icmlora.engine.worker.Answers;
import dev.icmlora.function.trace.Traces;

/// Measures the phases of one request, on whichever thread they run, one after the other.
final class Phases {

    private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);

    enum Phase {
        FINGERPRINT,
        GENERATE,
        SELECT
    }

    <T> T time(Phase phase, Supplier<T> work) {
        var start = System.nanoTime();
        var result = Traces.span(phase.name().toLowerCase(Locale.ROOT), work);
        nanos.put(phase, System.nanoTime() - start);
        return result;
    }

    /// These phases, without any decoding.
    Timing timing() {
        return timing(0, 0, 0);
    }

    /// These phases and those of the slot.
    Timing timing(Answers answers) {
        return timing(answers.applyNanos(), answers.promptNanos(), answers.decodeNanos());
    }

    private Timing timing(long applyNanos, long promptNanos, long decodeNanos) {
        return new Timing(
                millis(Phase.FINGERPRINT),
                millis(Phase.GENERATE),
                millis(applyNanos),
                millis(Phase.SELECT),
                millis(promptNanos),
                millis(decodeNanos));
    }

    private double millis(Phase phase) {
        return millis(nanos.getOrDefault(phase, 0L));
    }

    /// With three decimals.
    private static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
