package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.time.Duration;
import java.util.Arrays;

/// Measures the function's probes while it does something else.
final class Probes {

    private static final int COUNT = 500;
    /// Back to back, probes would be a load of their own, and over within one answer.
    private static final Duration INTERVAL = Duration.ofMillis(20);

    private Probes() {}

    /// @param meanwhile what the function does
    static Row row(String meanwhile, Client client) {
        var millis = new double[COUNT];
        for (var i = 0; i < COUNT; i++) {
            Machine.sleep(INTERVAL);
            var start = System.nanoTime();
            client.get("/q/health/live", "application/json");
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        return Row.atMost(
                "/q/health/live while " + meanwhile + ", p99",
                millis[COUNT * 99 / 100],
                50,
                "ms",
                text("median %.2f ms of %d", millis[COUNT / 2], COUNT));
    }
}
