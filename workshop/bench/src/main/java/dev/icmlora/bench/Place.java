package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs an instance, and after its death the next one.
final class Place implements AutoCloseable {

    /// Two for each quarter of an instance's life.
    private static final int FEWEST_SAMPLES = 8;

    private final String name;
    private final List<List<Double>> lives = new ArrayList<>();
    private volatile Server server;

    /// The end of an instance.
    ///
    /// @param seconds since the start of the run
    /// @param outage seconds until the next one was ready
    record Death(String place, double seconds, double outage) {

        @Override
        public String toString() {
            return text("%s after %.1f s, ready again in %.1f s", place, seconds, outage);
        }
    }

    Place(String name, Server first) {
        this.name = name;
        this.server = first;
        lives.add(new ArrayList<>());
    }

    Server server() {
        return server;
    }

    /// Kills it, and starts the next one.
    ///
    /// @param start of the run, by `nanoTime`
    Death killAndStart(long start) {
        var killed = System.nanoTime();
        server.kill();
        var next = server.again();
        synchronized (this) {
            server = next;
            lives.add(new ArrayList<>());
        }
        return new Death(name, (killed - start) / 1e9, (System.nanoTime() - killed) / 1e9);
    }

    /// Looks at how much memory it takes.
    synchronized void sample() {
        server.residentMegabytesIfAlive().ifPresent(lives.getLast()::add);
    }

    /// Growth of resident memory from the second quarter to the last of the life that it grew most in, in percent.
    synchronized Optional<Double> growth() {
        return lives.stream()
                .filter(life -> life.size() >= FEWEST_SAMPLES)
                .map(Place::growth)
                .max(Double::compare);
    }

    private static double growth(List<Double> life) {
        return 100 * (new Runs(life).ofQuarter(4) / new Runs(life).ofQuarter(2) - 1);
    }

    /// Such as `first: 801 to 812, 799 to 801 MB`.
    synchronized String memory() {
        return name + ": "
                + String.join(
                        ", ",
                        lives.stream()
                                .filter(life -> !life.isEmpty())
                                .map(life -> text("%.0f to %.0f", life.getFirst(), life.getLast()))
                                .toList())
                + " MB";
    }

    @Override
    public void close() {
        server.close();
    }
}
