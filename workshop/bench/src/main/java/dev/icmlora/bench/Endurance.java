package dev.icmlora.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A thousand different tasks in a row, and five hundred tunings: what stays of them in memory and on disk. And
/// whether the function answers its probes while it decodes.
final class Endurance implements Part {

    private static final int TASKS = 1000;
    private static final int TUNINGS = 500;
    private static final int CLIENTS = 8;

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
            try (var _ = Crowd.decoding(CLIENTS, client)) {
                rows.add(Probes.row("8 clients decode", client));
            }
            rows.addAll(inARow(TASKS, "tasks", server, () -> newTask(client)));
            rows.addAll(inARow(TUNINGS, "tunings", server, () -> client.tune(Tasks.withExamples(1), 1)));
            return rows;
        }
    }

    /// One after the other. What stays of them is what came in the second half: by then the cache of adapters is full,
    /// and every buffer as large as it gets.
    ///
    /// @param one does one
    private static List<Row> inARow(int count, String what, Server server, Runnable one) {
        repeat(count / 2, one);
        var settled = server.residentMegabytes();
        var files = server.openFiles();
        repeat(count - count / 2, one);
        var end = server.residentMegabytes();
        var opened = new ArrayList<>(server.openFiles());
        files.forEach(opened::remove);
        return List.of(
                Row.atMost(
                        "%d %s in a row: growth of resident memory over the last %d"
                                .formatted(count, what, count - count / 2),
                        100 * (end - settled) / settled,
                        2,
                        "%",
                        String.format(Locale.ROOT, "%.0f MB, then %.0f MB", settled, end)),
                Row.atMost(
                        "%d %s in a row: files left open".formatted(count, what),
                        opened.size(),
                        0.5,
                        "",
                        opened.toString()));
    }

    private static void repeat(int count, Runnable one) {
        for (var i = 0; i < count; i++) {
            one.run();
        }
    }

    private static void newTask(Client client) {
        client.ask(
                "/generate",
                Map.of("task", Tasks.described(), "inputs", List.of("red"), "mode", "adapter", "max_tokens", 1));
    }
}
