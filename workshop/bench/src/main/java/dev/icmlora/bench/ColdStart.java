package dev.icmlora.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// From the start of the process to the first token: ours with an adapter made within the request, llama-server's with
/// the model alone.
final class ColdStart implements Part {

    private static final Map<String, Double> TARGETS = Map.of("jar with AOT cache", 4.0, "native executable", 1.2);

    @Override
    public String name() {
        return "cold-start";
    }

    @Override
    public List<Row> measure(Machine machine) {
        var program = machine.peer("llama-server");
        var ways = Server.ways(machine);
        var peers = new ArrayList<Double>();
        var ours = new LinkedHashMap<String, List<Double>>();
        ways.forEach(way -> ours.put(way.name(), new ArrayList<>()));
        for (var round = 0; round < machine.rounds(); round++) {
            if (program.isPresent()) {
                try (var server = Server.llamaServer(machine, program.get(), List.of());
                        var client = new Client(server)) {
                    client.write("Once", 1, Map.of());
                    peers.add(server.millisSinceStart());
                }
            }
            for (var way : ways) {
                try (var server = Server.start(machine, way);
                        var client = new Client(server)) {
                    client.ask(
                            "/generate",
                            Map.of(
                                    "task",
                                    Tasks.withExamples(2),
                                    "inputs",
                                    List.of("Once"),
                                    "mode",
                                    "adapter",
                                    "max_tokens",
                                    1));
                    ours.get(way.name()).add(server.millisSinceStart());
                }
            }
        }
        var rows = new ArrayList<Row>();
        TARGETS.keySet().stream()
                .sorted()
                .filter(name -> !ours.containsKey(name))
                .forEach(name -> rows.add(Row.skipped(what(name), "≤ " + TARGETS.get(name) + " x", "not built")));
        ours.forEach((name, millis) -> rows.add(row(name, new Runs(millis), peers)));
        return rows;
    }

    private static String what(String way) {
        return "cold start to the first adapted token, " + way + ", of llama-server's first token";
    }

    private static Row row(String way, Runs millis, List<Double> peers) {
        if (peers.isEmpty()) {
            return new Row(what(way), "skipped", "", Optional.empty(), millis.text() + " ms; no llama-server");
        }
        var peer = new Runs(peers);
        var ratio = millis.dividedBy(peer).median();
        var detail = millis.text() + " against " + peer.text() + " ms";
        var target = TARGETS.get(way);
        return target == null
                ? new Row(what(way), String.format(Locale.ROOT, "%.2f x", ratio), "", Optional.empty(), detail)
                : Row.atMost(what(way), ratio, target, "x", detail);
    }
}
