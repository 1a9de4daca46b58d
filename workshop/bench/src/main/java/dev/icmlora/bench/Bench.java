package dev.icmlora.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// `make bench`, `make overload`, `make soak` and `make two-instances`: measures all parts of a suite, prints the
/// table and writes it to workshop/bench/results; if a part failed, it writes nothing and exits with status 1.
///
/// The environment may narrow it: `BENCH_PARTS=crowds,micro`, `BENCH_ROUNDS=5`, `BENCH_THREADS=2`,
/// `SOAK_MINUTES=30`, `TWO_INSTANCES_SECONDS=60`, `TWO_INSTANCES_RATE=200`.
public final class Bench {

    private Bench() {}

    /// @param arguments the suite, `performance`, `overload`, `soak` or `two-instances`
    public static void main(String[] arguments) {
        var suite = arguments[0];
        var processors = Runtime.getRuntime().availableProcessors();
        var machine = new Machine(
                Path.of("").toAbsolutePath(), number("BENCH_THREADS", processors), number("BENCH_ROUNDS", 5));
        var wanted = System.getenv().getOrDefault("BENCH_PARTS", "");
        var rows = new ArrayList<Row>();
        for (var part : parts(suite(suite), wanted)) {
            System.err.println("Measuring: " + part.name());
            rows.addAll(measured(part, machine));
        }
        var report = Report.of(machine, suite, rows);
        System.out.println(report.table());
        if (rows.stream().anyMatch(Row::isFailed)) {
            System.exit(1);
        }
        if (wanted.isEmpty()) {
            System.out.println("Written: " + report.write(machine.root().resolve("workshop/bench/results")));
        }
    }

    private static List<Part> suite(String name) {
        return switch (name) {
            case "performance" ->
                List.of(
                        new Micro(),
                        new Starts(),
                        new NewTask(),
                        new Tuning(),
                        new PromptTokens(),
                        new Improving(),
                        new FirstRequests(),
                        new OneStream(),
                        new Crowds());
            case "overload" -> List.of(new Overload());
            case "soak" -> List.of(new Soak(Duration.ofMinutes(number("SOAK_MINUTES", 30))), new Leaks());
            case "two-instances" ->
                List.of(new TwoInstances(
                        Duration.ofSeconds(number("TWO_INSTANCES_SECONDS", 60)), number("TWO_INSTANCES_RATE", 200)));
            default -> throw new IllegalArgumentException("No suite is called " + name);
        };
    }

    private static int number(String variable, int otherwise) {
        var value = System.getenv(variable);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    private static List<Part> parts(List<Part> all, String wanted) {
        if (wanted.isEmpty()) {
            return all;
        }
        var names = List.of(wanted.split(","));
        var found = all.stream().filter(part -> names.contains(part.name())).toList();
        if (found.size() < names.size()) {
            throw new IllegalArgumentException("BENCH_PARTS is " + wanted + "; parts are "
                    + all.stream().map(Part::name).collect(Collectors.joining(", ")));
        }
        return found;
    }

    /// The others are measured all the same.
    private static List<Row> measured(Part part, Machine machine) {
        try {
            return part.measure(machine);
        } catch (RuntimeException e) {
            e.printStackTrace();
            return List.of(Row.failed(part.name(), e.toString()));
        }
    }
}
