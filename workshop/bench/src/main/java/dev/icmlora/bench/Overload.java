package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Clients that ask for more than the function can do, and clients that are slow, silent or too many.
///
/// All ask for 16 tokens of one of four adapters or the base model, with prompts that have nothing in common.
final class Overload implements Part {

    private static final Duration LENGTH = Duration.ofSeconds(60);
    private static final Duration ROUGH = Duration.ofSeconds(20);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final List<Integer> LOADS = List.of(1, 2, 5, 20);
    private static final int TOKENS = 16;
    private static final int CLIENTS = 16;
    private static final int PROMPT_REFUSAL_MILLIS = 1000;

    @Override
    public List<Row> measure(Machine machine) {
        var environment =
                Map.of("ICM_LORA_REQUEST_TIMEOUT", DEADLINE.toSeconds() + "s", "ICM_LORA_ADAPTERS_UPLOAD", "true");
        try (var server = Server.withFixedHeap(machine, environment);
                var client = new Client(server)) {
            var requests = new Requests(client);
            requests.capacity(); // warms up
            var capacity = requests.capacity();
            var rows = new ArrayList<Row>();
            rows.add(Row.figure("capacity: answers a second to " + CLIENTS + " clients", perSecond(capacity), ""));
            // Refusals come often enough to be compiled, which takes the processors for seconds, once.
            OpenLoop.run(capacity * LOADS.getLast(), LENGTH, requests::send);
            rows.addAll(loads(server, requests, capacity));
            rows.addAll(rough(server, requests, capacity / 2));
            rows.add(tenants(machine, capacity * LOADS.getLast()));
            return rows;
        }
    }

    /// Shares out answers between two tenants that both ask for far more than the function can do.
    private static Row tenants(Machine machine, double perSecond) {
        var environment = Map.of(
                "ICM_LORA_REQUEST_TIMEOUT", DEADLINE.toSeconds() + "s",
                "ICM_LORA_TENANCY", "key",
                "ICM_LORA_API_KEYS_ONE", "key of one",
                "ICM_LORA_API_KEYS_OTHER", "key of the other");
        try (var server = Server.withFixedHeap(machine, environment);
                var one = Client.withKey(server, "key of one");
                var other = Client.withKey(server, "key of the other")) {
            var requests = List.of(new Requests(one), new Requests(other));
            requests.forEach(Requests::capacity);
            var answers = requests.stream()
                    .map(tenant -> CompletableFuture.supplyAsync(
                            () -> OpenLoop.run(perSecond, LENGTH, tenant::send), Thread::startVirtualThread))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .map(OpenLoop.Result::answersPerSecond)
                    .toList();
            return Row.atLeast(
                    "two tenants at " + LOADS.getLast() + " x each: answers of the one with fewer, of both",
                    Collections.min(answers) / (answers.getFirst() + answers.getLast()),
                    0.4,
                    "",
                    answers.toString());
        }
    }

    private static String perSecond(double answers) {
        return text("%.1f /s", answers);
    }

    private static List<Row> loads(Server server, Requests requests, double capacity) {
        var rows = new ArrayList<Row>();
        var answers = new TreeMap<Integer, Double>();
        var resident = new TreeMap<Integer, Double>();
        for (var load : LOADS) {
            var result = OpenLoop.run(capacity * load, LENGTH, requests::send);
            // All of its requests have ended: none of what it left waits any more.
            answers.put(load, result.answersPerSecond());
            resident.put(load, server.residentMegabytes());
            var recovery = requests.millisUntilAnswered();
            rows.addAll(rows(load, result, recovery));
        }
        var first = LOADS.getFirst();
        var last = LOADS.getLast();
        rows.add(Row.atLeast(
                "answers a second at " + last + " x, of those at 1 x",
                answers.get(last) / answers.get(first),
                0.9,
                "x",
                answers.toString()));
        rows.add(Row.atMost(
                "growth of resident memory from 1 x to " + last + " x",
                100 * (resident.get(last) / resident.get(first) - 1),
                2,
                "%",
                resident + " MB"));
        return rows;
    }

    private static List<Row> rows(int load, OpenLoop.Result result, double recovery) {
        var name = load + " x: ";
        var answered = result.answered();
        var refused = result.refused();
        var others = result.others();
        return List.of(
                Row.figure(name + "answers a second", perSecond(result.answersPerSecond()), result.summary()),
                Row.atMost(
                        name + "what was accepted was answered within, p99",
                        answered.within(0.99) / 1000,
                        DEADLINE.toSeconds(),
                        "s",
                        text("median %.2f s", answered.within(0.5) / 1000)),
                Row.atMost(
                        name + "what was refused was told so within, p99",
                        refused.within(0.99),
                        PROMPT_REFUSAL_MILLIS,
                        "ms",
                        text("median %.1f ms", refused.within(0.5))),
                Row.atMost(name + "neither answered nor refused", others.size(), 0.5, "", byStatus(others)),
                Row.atMost(name + "answers again, after the last of them", recovery, 2000, "ms", ""));
    }

    private static String byStatus(List<Integer> statuses) {
        return statuses.stream()
                .collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()))
                .toString();
    }

    /// Compares answers at half the capacity, beside clients that behave badly, with those without them.
    private static List<Row> rough(Server server, Requests requests, double perSecond) {
        var alone = OpenLoop.run(perSecond, ROUGH, requests::send);
        var rows = new ArrayList<Row>();
        rows.add(Row.figure("half the load: answers a second", perSecond(alone.answersPerSecond()), alone.summary()));
        var descriptors = server.descriptors();
        for (var crowd : RoughClients.values()) {
            try (var connections = crowd.connect(server.uri())) {
                var beside = OpenLoop.run(perSecond, ROUGH, requests::send);
                rows.add(beside(crowd.what(), beside, alone, connections.seen()));
            }
        }
        rows.addAll(uploads(server, requests, perSecond, alone));
        rows.add(Row.atMost(
                "connections still open a while after they left", server.descriptorsAbove(descriptors), 4, "", ""));
        return rows;
    }

    private static Row beside(String crowd, OpenLoop.Result result, OpenLoop.Result alone, Map<?, Integer> seen) {
        return Row.atLeast(
                "the same beside " + crowd,
                result.answersPerSecond() / alone.answersPerSecond(),
                0.9,
                "x",
                text(
                        "p99 %.2f s, without them %.2f s; they saw %s; the clients took %.0f %% of a processor",
                        result.answered().within(0.99) / 1000,
                        alone.answered().within(0.99) / 1000,
                        seen,
                        result.processors()));
    }

    private static List<Row> uploads(Server server, Requests requests, double perSecond, OpenLoop.Result alone) {
        var before = server.residentMegabytes();
        try (var crowd = UploadCrowd.start(server);
                var probing = new Client(server)) {
            var probes = CompletableFuture.supplyAsync(
                    () -> Probes.row("400 clients bring zips", probing), Thread::startVirtualThread);
            var result = OpenLoop.run(perSecond, ROUGH, requests::send);
            var resident = server.residentMegabytes();
            var seen = crowd.seen();
            return List.of(
                    beside(crowd.what(), result, alone, seen),
                    Row.none(
                            "what they got, other than 400 and 429",
                            seen.keySet().stream()
                                    .filter(status -> status != 400 && status != 429)
                                    .map(status -> "status " + status)
                                    .toList(),
                            seen.toString()),
                    probes.join(),
                    Row.atMost(
                            "growth of resident memory meanwhile",
                            100 * (resident / before - 1),
                            2,
                            "%",
                            text("%.0f to %.0f MB", before, resident)));
        }
    }

    /// Requests that never share a prompt.
    private static final class Requests {

        private final Client client;
        private final List<String> models;
        private final AtomicInteger next = new AtomicInteger(1);

        Requests(Client client) {
            this.client = client;
            this.models = new ArrayList<>();
            models.add(client.baseModel());
            for (var i = 0; i < 4; i++) {
                models.add(client.adapter(Tasks.withExamples(2)));
            }
        }

        CompletableFuture<Integer> send(int number) {
            var body = Map.<String, Object>of(
                    "model",
                    models.get(number % models.size()),
                    "prompt",
                    Tasks.prompt(next.getAndIncrement()),
                    "max_tokens",
                    TOKENS,
                    "ignore_eos",
                    true);
            return client.sendLater("/v1/completions", body).thenApply(HttpResponse::statusCode);
        }

        /// Answers a second, to clients of which each asks again once it has its answer.
        double capacity() {
            var rounds = 10;
            var start = System.nanoTime();
            IntStream.range(0, CLIENTS)
                    .mapToObj(i -> {
                        var asked = send(i);
                        for (var round = 1; round < rounds; round++) {
                            asked = asked.thenCompose(status -> send(i));
                        }
                        return asked;
                    })
                    .toList()
                    .forEach(CompletableFuture::join);
            return CLIENTS * rounds / ((System.nanoTime() - start) / 1e9);
        }

        double millisUntilAnswered() {
            var start = System.nanoTime();
            while (send(0).join() != 200) {
                Server.pause();
            }
            return (System.nanoTime() - start) / 1e6;
        }
    }
}
