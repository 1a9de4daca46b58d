package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/// Traffic of every kind for half an hour: what the process holds more of at the end than when it had settled.
final class Soak implements Part {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Pattern COMMITTED = Pattern.compile("^Total: .*committed=(\\d+)KB", Pattern.MULTILINE);
    private static final Pattern HEAP = Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern DIRECT =
            Pattern.compile("^jvm_buffer_memory_used_bytes\\{id=\"direct\",?\\} (\\S+)", Pattern.MULTILINE);

    private final Duration length;

    Soak(Duration length) {
        this.length = length;
    }

    @Override
    public String name() {
        return "soak";
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
                    Thread.sleep(INTERVAL);
                    vitals.add(vitals(server, client));
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return rows(vitals, traffic);
        }
    }

    private static Vitals vitals(Server server, Client client) {
        var memory = nativeMemory(server.pid());
        var metrics = new String(client.get("/q/metrics", "text/plain"), StandardCharsets.UTF_8);
        return new Vitals(
                server.residentMegabytes(),
                (number(COMMITTED, memory) - number(HEAP, memory)) / 1024,
                number(DIRECT, metrics) / (1024 * 1024),
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
                new Row(
                        "done",
                        traffic.done().values().stream().mapToInt(i -> i).sum() + "",
                        "",
                        Optional.empty(),
                        traffic.done().toString()),
                Row.atMost(
                        "failed",
                        traffic.failed().values().stream().mapToInt(i -> i).sum(),
                        0.5,
                        "",
                        traffic.failed().toString()),
                growth("resident memory", vitals, Vitals::resident, 2, "MB"),
                growth("the virtual machine's own memory, heap aside", vitals, Vitals::virtualMachine, 2, "MB"),
                more("direct buffers", vitals, Vitals::direct, 1, "MB"),
                more("file descriptors", vitals, Vitals::descriptors, 2, ""),
                more("threads", vitals, Vitals::threads, 2, ""));
    }

    /// From the second quarter to the last.
    private record Change(double before, double after) {

        static Change of(List<Vitals> vitals, ToDoubleFunction<Vitals> figure) {
            var quarter = vitals.size() / 4;
            return new Change(
                    median(vitals.subList(quarter, 2 * quarter), figure),
                    median(vitals.subList(3 * quarter, vitals.size()), figure));
        }

        String text(String unit) {
            return String.format(Locale.ROOT, "%.1f, then %.1f %s", before, after, unit)
                    .strip();
        }
    }

    /// In percent of what it was before.
    private static Row growth(
            String what, List<Vitals> vitals, ToDoubleFunction<Vitals> figure, double most, String unit) {
        var change = Change.of(vitals, figure);
        return Row.atMost(
                what + ": growth from the second quarter to the last",
                100 * (change.after / change.before - 1),
                most,
                "%",
                change.text(unit));
    }

    /// Of what is too few for percents.
    private static Row more(
            String what, List<Vitals> vitals, ToDoubleFunction<Vitals> figure, double most, String unit) {
        var change = Change.of(vitals, figure);
        return Row.atMost(
                what + ": more in the last quarter than in the second",
                change.after - change.before,
                most,
                unit,
                change.text(unit));
    }

    private static double median(List<Vitals> vitals, ToDoubleFunction<Vitals> figure) {
        return new Runs(vitals.stream().map(figure::applyAsDouble).toList()).median();
    }
}
