package dev.icmlora.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Spark and the addon cost for each row of a large table, beside the function, which is a stub here; and whether
/// their memory stays flat. Not part of a build; `make large-tables` runs it.
class MillionRows {

    private static final int ROWS = Integer.getInteger("rows", 1_000_000);
    private static final int TASKS = 16;
    private static final int WARM_UP = 10;
    private static final int ROWS_OF_A_REQUEST = 31;
    private static final int LOOKS = 6;
    private static final long GROWTH = 16 << 20;
    private static final int SECONDS = 1_500;

    /// Live bytes of a driver and its executors at a time.
    private record Memory(List<Long> bytes) {

        private static final int MB = 1 << 20;

        static Memory of(TwoExecutors cluster) throws IOException {
            var bytes = new ArrayList<Long>();
            bytes.add(live(cluster.driver()));
            for (var executor : cluster.executors()) {
                bytes.add(live(executor));
            }
            return new Memory(bytes);
        }

        /// After a full collection, which the histogram begins with; its last line is `Total`, objects, bytes.
        private static long live(ProcessHandle process) throws IOException {
            var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            var histogram = new ProcessBuilder(jcmd, String.valueOf(process.pid()), "GC.class_histogram").start();
            var total = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("Total"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("jcmd counted nothing in process " + process.pid()));
            return Long.parseLong(total.split(" +")[2]);
        }

        boolean isAtMost(Memory first) {
            for (var i = 0; i < bytes.size(); i++) {
                if (bytes.get(i) > first.bytes.get(i) + GROWTH) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            return bytes.stream()
                    .map(live -> "%4d".formatted(live / MB))
                    .toList()
                    .toString();
        }
    }

    @Test
    void memoryStaysFlat(@TempDir Path folder) throws Exception {
        // Or the system holds each reply back for 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        var looks = Collections.synchronizedList(new ArrayList<Memory>());
        try (var function = new StubFunction()) {
            function.forget();
            try (var cluster = TwoExecutors.run(folder, MillionRows.class, function.address(), "" + ROWS)) {
                // What is timed comes first: looking takes time.
                var timed = requests(ROWS / WARM_UP) + requests(ROWS);
                var every = requests(ROWS) / LOOKS;
                function.onRequest(number -> {
                    if (number > timed && (number - timed) % every == 0) {
                        looks.add(look(cluster));
                    }
                });
                System.out.println(cluster.join(SECONDS));
            }
        }
        System.out.println("MB alive in driver and executors, as the last rows were answered:");
        looks.forEach(System.out::println);
        assertThat(looks)
                .hasSizeGreaterThanOrEqualTo(LOOKS)
                .allMatch(memory -> memory.isAtMost(looks.getFirst()), "no more than at first");
    }

    private static int requests(int rows) {
        return TASKS * ((rows / TASKS + ROWS_OF_A_REQUEST - 1) / ROWS_OF_A_REQUEST);
    }

    private static Memory look(TwoExecutors cluster) {
        try {
            return Memory.of(cluster);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The driver.
    public static void main(String... arguments) throws Exception {
        var options = Options.remote(arguments[0]);
        var rows = Integer.parseInt(arguments[1]);
        try (var session = TwoExecutors.session("")) {
            // Code is compiled first.
            write(table(session, rows / WARM_UP));
            answer(session, rows / WARM_UP, options);
            var without = Cost.of(() -> write(table(session, rows)));
            var with = Cost.of(() -> answer(session, rows, options));
            System.out.printf(Locale.ROOT, "%,d rows, in us a row:%n", rows);
            System.out.printf("  answered       %s%n", with.ofRow(rows));
            System.out.printf("  only written   %s%n", without.ofRow(rows));
            answer(session, rows, options);
        }
    }

    /// Rows whose texts are all different.
    private static Dataset<Row> table(SparkSession session, int rows) {
        return session.range(0, rows, 1, TASKS).selectExpr("id", "concat('The number of this text is ', id) AS text");
    }

    private static void write(Dataset<Row> rows) {
        rows.write().format("noop").mode("overwrite").save();
    }

    private static void answer(SparkSession session, int rows, Options options) {
        var answers = IcmLoraSpark.accumulators(session).answers();
        var before = answers.value();
        write(IcmLoraSpark.answers(table(session, rows), "text", "echo", options));
        if (answers.value() - before != rows) {
            throw new IllegalStateException(answers.value() - before + " of " + rows + " rows were answered");
        }
    }

    private record Cost(Duration clock, Duration executors, Duration driver) {

        static Cost of(Runnable query) {
            var begin = now(System.nanoTime());
            query.run();
            var end = now(System.nanoTime());
            return new Cost(
                    end.clock.minus(begin.clock), end.executors.minus(begin.executors), end.driver.minus(begin.driver));
        }

        String ofRow(int rows) {
            return String.format(
                    Locale.ROOT,
                    "%5.1f on the clock, %5.1f of the executors' processors, %5.1f of the driver's",
                    micros(clock, rows),
                    micros(executors, rows),
                    micros(driver, rows));
        }

        private static double micros(Duration duration, int rows) {
            return duration.toNanos() / 1e3 / rows;
        }

        private static Cost now(long nanos) {
            var driver = ProcessHandle.current();
            var executors =
                    TwoExecutors.executors(driver).stream().map(Cost::processor).reduce(Duration.ZERO, Duration::plus);
            return new Cost(Duration.ofNanos(nanos), executors, processor(driver));
        }

        private static Duration processor(ProcessHandle process) {
            return process.info().totalCpuDuration().orElseThrow();
        }
    }
}
