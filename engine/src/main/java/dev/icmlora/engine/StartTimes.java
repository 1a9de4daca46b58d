package dev.icmlora.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// Times the phases of a start, one after the other. One thread uses it.
final class StartTimes {

    private final Map<String, Long> millis = new LinkedHashMap<>();
    private final long begin = System.nanoTime();
    private long last = begin;

    /// Ends the phase of this name; the next one begins.
    void end(String phase) {
        var now = System.nanoTime();
        millis.put(phase, (now - last) / 1_000_000);
        last = now;
    }

    /// Such as `812 ms: libraries 45, model 310`.
    @Override
    public String toString() {
        return millis.entrySet().stream()
                .map(phase -> phase.getKey() + " " + phase.getValue())
                .collect(Collectors.joining(", ", (last - begin) / 1_000_000 + " ms: ", ""));
    }
}
