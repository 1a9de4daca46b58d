package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import dev.icmlora.generator.Sha256;

/// Two instances behind a proxy, which share a folder for adapters and jobs and a directory for task files, under more
/// requests than they can answer. One is killed and started again, then the other.
///
/// Undisturbed they said beforehand what they answer. Nothing may be answered otherwise later, nor be lost.
final class TwoInstances implements Part {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration BETWEEN_BATCHES = Duration.ofSeconds(2);
    private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(500);
    /// Most requests of an instance when it is killed: `maxconn` of haproxy.cfg.
    private static final int HELD = 80;
    private static final int PROMPT_REFUSAL_MILLIS = 1000;

    private final Duration length;
    private final double perSecond;

    /// @param perSecond requests, at random times
    TwoInstances(Duration length, double perSecond) {
        this.length = length;
        this.perSecond = perSecond;
    }

    @Override
    public List<Row> measure(Machine machine) {
        var folder = Machine.emptied(machine.root().resolve("workshop/bench/target/two-instances"));
        var bucket = folder.resolve("bucket");
        var adapters = Machine.emptied(folder.resolve("adapters"));
        Machine.emptied(bucket.resolve("tasks"));
        // Jobs lie there too.
        var settings =
                Map.of("ICM_LORA_ADAPTERS_DIR", adapters.toString(), "ICM_LORA_EVENTS_BUCKETS", "file:" + bucket);
        // They share the processors, too.
        var half = new Machine(machine.root(), Math.max(1, machine.threads() / 2), machine.rounds());
        try (var first = new Place("first", Server.instance(half, "first", settings));
                var second = new Place("second", Server.instance(half, "second", settings));
                var proxy = Server.proxy(machine, first.server(), second.server());
                var client = new Client(proxy)) {
            var tasks = undisturbed(first, second);
            var traffic = new CheckedTraffic(client, tasks);
            var files = TaskFiles.start(bucket, tasks, BETWEEN_BATCHES);
            var jobs = SentJobs.start(client, adapters, tasks, BETWEEN_BATCHES);
            var sampler = Repeatedly.start(BETWEEN_SAMPLES, List.of(first::sample, second::sample));
            var kills = CompletableFuture.supplyAsync(() -> kill(first, second), Thread::startVirtualThread);
            OpenLoop.Result result;
            try (files;
                    jobs) {
                result = OpenLoop.run(perSecond, length, traffic::send);
            }
            var killed = kills.join();
            sampler.close();
            var rows = new ArrayList<>(rows(result, traffic));
            rows.add(Row.none("killed too late, after the load", late(killed), killed.toString()));
            rows.addAll(rows(files));
            rows.addAll(rows(jobs));
            rows.add(readBack(traffic.made(), first, second));
            rows.add(memory(first, second));
            return rows;
        }
    }

    private static ColourTasks undisturbed(Place first, Place second) {
        try (var one = new Client(first.server());
                var other = new Client(second.server())) {
            return ColourTasks.asked(List.of(one, other));
        }
    }

    /// The first after a quarter of the time. The second once the first is back, and three fifths are over.
    private List<Place.Death> kill(Place first, Place second) {
        var start = System.nanoTime();
        Machine.sleep(length.dividedBy(4));
        var one = first.killAndStart(start);
        var left = length.multipliedBy(3).dividedBy(5).minusNanos(System.nanoTime() - start);
        Machine.sleep(left.isNegative() ? Duration.ZERO : left);
        return List.of(one, second.killAndStart(start));
    }

    private List<String> late(List<Place.Death> killed) {
        return killed.stream()
                .filter(death -> death.seconds() > length.toSeconds())
                .map(Place.Death::toString)
                .toList();
    }

    private List<Row> rows(OpenLoop.Result result, CheckedTraffic traffic) {
        var answered = result.answered();
        var refused = result.refused();
        return List.of(
                Row.figure(
                        "sent", result.replies().size() + "", traffic.outcomes().toString()),
                Row.figure(
                        "answered",
                        text("%.1f /s", result.answersPerSecond()),
                        text("median %.2f s, p99 %.2f s", answered.within(0.5) / 1000, answered.within(0.99) / 1000)),
                Row.atMost(
                        "refused within, p99",
                        refused.within(0.99),
                        PROMPT_REFUSAL_MILLIS,
                        "ms",
                        text(
                                "median %.1f ms; of these the sender was late by %.1f ms, p99 %.0f ms",
                                refused.within(0.5),
                                result.late().within(0.5),
                                result.late().within(0.99))),
                Row.atMost(
                        "cut off by the end of an instance: 502 of the proxy, or closed",
                        traffic.cutOff().size(),
                        2 * HELD,
                        "",
                        ""),
                Row.none("instances that answered nothing", traffic.silent(List.of("first", "second")), ""),
                Row.none("answered by another adapter, or otherwise than undisturbed", traffic.mixed(), ""),
                Row.none("refused without Retry-After", traffic.withoutRetry(), ""),
                Row.none("neither answered, refused nor cut off", traffic.unexpected(), ""));
    }

    private static List<Row> rows(TaskFiles files) {
        var lost = files.lost(PATIENCE);
        return List.of(
                Row.none("task files without an outcome", lost, files.count() + " of four inputs"),
                Row.none("task files whose results are not right", files.wrong(), ""));
    }

    private static List<Row> rows(SentJobs jobs) {
        var lost = jobs.lost(PATIENCE);
        return List.of(
                Row.atLeast("jobs that were taken", jobs.count(), 1, "", "statuses " + jobs.statuses()),
                Row.none("jobs neither taken, refused nor cut off", jobs.unexpected(), ""),
                Row.none("jobs that were taken and have not ended", lost, ""),
                Row.none("jobs whose results are not right", jobs.wrong(), ""),
                Row.none("jobs that were done twice", jobs.twice(), ""));
    }

    /// Each instance is asked for the bytes of every adapter that was made under load, by whichever. What had not
    /// been written when its maker was killed is gone; its task makes it again.
    private static Row readBack(Collection<String> made, Place... places) {
        var damaged = new ArrayList<String>();
        var gone = 0;
        var ids = made.stream().distinct().toList();
        for (var place : places) {
            try (var client = new Client(place.server())) {
                for (var id : ids) {
                    var file = client.find("/adapters/" + id, "application/x-gguf");
                    gone += file.isEmpty() ? 1 : 0;
                    file.filter(bytes -> !id.equals("sha256:" + Sha256.hex(bytes)))
                            .ifPresent(bytes -> damaged.add(id));
                }
            }
        }
        return Row.none(
                "adapters made meanwhile that are damaged",
                damaged,
                "%d made; of %d times that one was read, it was not there %d times"
                        .formatted(ids.size(), ids.size() * places.length, gone));
    }

    private static Row memory(Place... places) {
        var what = "resident memory: growth from the second quarter of an instance's life to its last";
        var detail = String.join("; ", Stream.of(places).map(Place::memory).toList());
        return Stream.of(places)
                .flatMap(place -> place.growth().stream())
                .max(Double::compare)
                .map(growth -> Row.atMost(what, growth, 5, "%", detail))
                .orElseGet(() -> Row.skipped(what, "≤ 5 %", "the run is too short"));
    }
}
