package dev.icmlora.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/// A thousand different tasks in a row: what stays of them in memory and on disk. And whether the function answers its
/// probes while it decodes.
final class Endurance implements Part {

    private static final int TASKS = 1000;
    /// By then the cache of adapters is full, and every buffer as large as it gets.
    private static final int SETTLED = 500;

    private static final int PROBES = 500;
    private static final int CLIENTS = 8;
    /// Back to back, probes would be a load of their own, and over within one answer.
    private static final Duration INTERVAL = Duration.ofMillis(20);

    @Override
    public String name() {
        return "endurance";
    }

    @Override
    public List<Row> measure(Machine machine) {
        // Few adapters are kept, and the heap does not grow: whatever does is a leak.
        try (var server = Server.withFixedHeap(machine, Map.of("ICM_LORA_CACHE_ADAPTERS", "64M"));
                var client = new Client(server)) {
            var rows = new ArrayList<Row>();
            rows.add(probes(client));
            rows.addAll(tasks(server, client));
            return rows;
        }
    }

    private static Row probes(Client client) {
        var decoding = new AtomicBoolean(true);
        var answered = new AtomicBoolean();
        var crowd = CompletableFuture.runAsync(() -> {
            for (var round = 1; decoding.get(); round++) {
                var first = 10_000 * round;
                Crowd.ask(CLIENTS, i -> {
                    var written = client.write(Tasks.prompt(first + i), 64, NewTask.base(client));
                    answered.set(true);
                    return written;
                });
            }
        });
        while (!answered.get() && !crowd.isDone()) {
            Server.pause();
        }
        var millis = new double[PROBES];
        try {
            for (var i = 0; i < PROBES; i++) {
                Thread.sleep(INTERVAL);
                var start = System.nanoTime();
                client.get("/q/health/live", "application/json");
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        decoding.set(false);
        crowd.join();
        Arrays.sort(millis);
        return Row.atMost(
                "/q/health/live while 8 clients decode, p99",
                millis[PROBES * 99 / 100],
                50,
                "ms",
                String.format(Locale.ROOT, "median %.2f ms of %d", millis[PROBES / 2], PROBES));
    }

    private static List<Row> tasks(Server server, Client client) {
        var settled = 0.0;
        List<String> files = List.of();
        for (var i = 0; i < TASKS; i++) {
            client.ask(
                    "/generate",
                    Map.of("task", Tasks.described(), "inputs", List.of("red"), "mode", "adapter", "max_tokens", 1));
            if (i == SETTLED) {
                settled = server.residentMegabytes();
                files = server.openFiles();
            }
        }
        var end = server.residentMegabytes();
        var opened = new ArrayList<>(server.openFiles());
        files.forEach(opened::remove);
        return List.of(
                Row.atMost(
                        "1000 tasks in a row: growth of resident memory over the last 500",
                        100 * (end - settled) / settled,
                        2,
                        "%",
                        String.format(Locale.ROOT, "%.0f MB, then %.0f MB", settled, end)),
                Row.atMost("1000 tasks in a row: files left open", opened.size(), 0.5, "", opened.toString()));
    }
}
