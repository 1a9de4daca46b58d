package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/// Traffic of every kind for half an hour: what the process holds more of at the end than when it had settled.
final class Soak implements Part {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Pattern COMMITTED = Pattern.compile("^Total: .*committed=(\\d+)KB", Pattern.MULTILINE);
    private static final Pattern HEAP = Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB");
    private static final String DIRECT = "jvm_buffer_memory_used_bytes{id=\"direct\"";

    private final Duration length;

    Soak(Duration length) {
        this.length = length;
    }

    /// @param virtualMachine megabytes that the Java virtual machine has committed, its heap aside
    /// @param direct megabytes of direct buffers
    private record Vitals(double resident, double virtualMachine, double direct, double descriptors, double threads) {}

    @Override
    public List<Row> measure(Machine machine) {
        var bucket = machine.root().resolve("workshop/bench/target/soak-bucket");
        try (var server = Server.withFixedHeap(machine, MixedTraffic.environment(bucket));
                var client = new Client(server)) {
            var vitals = new ArrayList<Vitals>();
            var traffic = MixedTraffic.start(client, bucket);
            try (traffic) {
                var end = System.nanoTime() + length.toNanos();
                while (System.nanoTime() < end) {
                    Machine.sleep(INTERVAL);
                    vitals.add(vitals(server, client));
                }
            }
            return rows(vitals, traffic);
        }
    }

    private static Vitals vitals(Server server, Client client) {
        var memory = nativeMemory(server.pid());
        return new Vitals(
                server.residentMegabytes(),
                (number(COMMITTED, memory) - number(HEAP, memory)) / 1024,
                client.gauge(DIRECT) / (1024 * 1024),
                server.descriptors(),
                server.threads());
    }

    private static String nativeMemory(long pid) {
        try {
            var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
            var process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "VM.native_memory", "summary")
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double number(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in: " + text);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static List<Row> rows(List<Vitals> vitals, MixedTraffic traffic) {
        return List.of(
                Row.figure(
                        "done",
                        traffic.done().values().stream().mapToInt(i -> i).sum() + "",
                        traffic.done().toString()),
                Row.atMost(
                        "failed",
                        traffic.failed().values().stream().mapToInt(i -> i).sum(),
                        0.5,
                        "",
                        traffic.failed().toString()),
                growth("resident memory", vitals, Vitals::resident),
                growth("the virtual machine's own memory, heap aside", vitals, Vitals::virtualMachine),
                more("direct buffers", vitals, Vitals::direct, 1, "MB"),
                more("file descriptors", vitals, Vitals::descriptors, 2, ""),
                more("threads", vitals, Vitals::threads, 2, ""));
    }

    /// From the second quarter to the last, in percent of what it was before.
    private static Row growth(String what, List<Vitals> vitals, ToDoubleFunction<Vitals> figure) {
        var runs = runs(vitals, figure);
        return Row.atMost(
                what + ": growth from the second quarter to the last",
                100 * (runs.ofQuarter(4) / runs.ofQuarter(2) - 1),
                2,
                "%",
                change(runs, "MB"));
    }

    /// Of what is too few for percents.
    private static Row more(
            String what, List<Vitals> vitals, ToDoubleFunction<Vitals> figure, double most, String unit) {
        var runs = runs(vitals, figure);
        return Row.atMost(
                what + ": more in the last quarter than in the second",
                runs.ofQuarter(4) - runs.ofQuarter(2),
                most,
                unit,
                change(runs, unit));
    }

    private static Runs runs(List<Vitals> vitals, ToDoubleFunction<Vitals> figure) {
        return new Runs(vitals.stream().map(figure::applyAsDouble).toList());
    }

    private static String change(Runs runs, String unit) {
        return text("%.1f, then %.1f %s", runs.ofQuarter(2), runs.ofQuarter(4), unit)
                .strip();
    }
}
