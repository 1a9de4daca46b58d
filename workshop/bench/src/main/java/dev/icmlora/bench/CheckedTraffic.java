package dev.icmlora.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/// Requests to a proxy before several instances, of which every answer is looked at. Of ten requests five bring
/// one of the [ColourTasks], four name its adapter, and one has a task that was not asked before, which makes
/// another adapter.
///
/// Thread-safe.
final class CheckedTraffic {

    /// A header that the proxy adds to what comes from an instance.
    private static final String INSTANCE = "X-Served-By";
    private static final String RETRY_AFTER = "Retry-After";

    private final Client client;
    private final ColourTasks tasks;
    private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();
    private final Queue<String> mixed = new ConcurrentLinkedQueue<>();
    private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
    private final Queue<String> withoutRetry = new ConcurrentLinkedQueue<>();
    private final Queue<String> cutOff = new ConcurrentLinkedQueue<>();
    private final Queue<String> made = new ConcurrentLinkedQueue<>();

    CheckedTraffic(Client client, ColourTasks tasks) {
        this.client = client;
        this.tasks = tasks;
    }

    /// Sends request number `number`.
    ///
    /// @return its status; 0 if the connection failed
    CompletableFuture<Integer> send(int number) {
        return checked(number).exceptionally(failure -> {
            var cause = failure instanceof CompletionException ? failure.getCause() : failure;
            outcomes.merge("no answer", 1, Integer::sum);
            // On a connection that has served before, HAProxy closes where it would say 502.
            var closed = cause instanceof IOException && !(cause instanceof ConnectException);
            (closed ? cutOff : unexpected).add("no answer: " + cause);
            return 0;
        });
    }

    private CompletableFuture<Integer> checked(int number) {
        var colour = tasks.colour(number);
        var thing = tasks.thing(colour, number / tasks.colours());
        return switch (number % 10) {
            case 9 -> client.sendLater("/generate", newTask()).thenApply(this::adapterMade);
            case 1, 3, 5, 7 ->
                client.sendLater("/generate", named(tasks.adapter(colour), thing))
                        .thenApply(reply -> answered(colour, thing, reply));
            default ->
                client.sendLater("/generate", ColourTasks.inline(colour, List.of(thing)))
                        .thenApply(reply -> answered(colour, thing, reply));
        };
    }

    private static Map<String, Object> newTask() {
        return Map.of("task", Tasks.described(), "inputs", List.of("red"), "mode", "adapter", "max_tokens", 1);
    }

    private static Map<String, Object> named(String adapter, String thing) {
        return Map.of("adapter", adapter, "inputs", List.of(thing), "max_tokens", 8);
    }

    private int answered(String colour, String thing, HttpResponse<byte[]> reply) {
        if (isAnswer(reply)) {
            var body = json(reply);
            var output = body.getAsJsonArray("outputs").get(0).getAsString();
            if (!adapter(body).equals(tasks.adapter(colour)) || !output.equals(colour)) {
                mixed.add("%s for %s of %s, by %s".formatted(output, thing, colour, adapter(body)));
            }
        }
        return reply.statusCode();
    }

    private int adapterMade(HttpResponse<byte[]> reply) {
        if (isAnswer(reply)) {
            made.add(adapter(json(reply)));
        }
        return reply.statusCode();
    }

    private static JsonObject json(HttpResponse<byte[]> reply) {
        return JsonParser.parseString(new String(reply.body(), UTF_8)).getAsJsonObject();
    }

    private static String adapter(JsonObject body) {
        return body.getAsJsonObject("adapter").get("id").getAsString();
    }

    private boolean isAnswer(HttpResponse<byte[]> reply) {
        var status = reply.statusCode();
        var sender = reply.headers().firstValue(INSTANCE).orElse("proxy");
        outcomes.merge(status + " of " + sender, 1, Integer::sum);
        if (status == 429 || status == 503) {
            if (reply.headers().firstValue(RETRY_AFTER).isEmpty()) {
                withoutRetry.add(status + " of " + sender);
            }
        } else if (status == 502 && sender.equals("proxy")) {
            cutOff.add(sender);
        } else if (status != 200) {
            unexpected.add(status + " of " + sender + ": " + new String(reply.body(), UTF_8));
        }
        return status == 200;
    }

    /// How often each status came from each instance, and from the proxy itself.
    Map<String, Integer> outcomes() {
        return new TreeMap<>(outcomes);
    }

    /// Those of these instances that answered nothing.
    List<String> silent(List<String> instances) {
        return instances.stream()
                .filter(instance -> !outcomes.containsKey("200 of " + instance))
                .toList();
    }

    /// Answers by another adapter than the task's, or other than its colour.
    Queue<String> mixed() {
        return mixed;
    }

    /// Neither answered nor refused, nor cut off by the end of an instance.
    Queue<String> unexpected() {
        return unexpected;
    }

    Queue<String> withoutRetry() {
        return withoutRetry;
    }

    /// What the proxy had sent to an instance that died then.
    Queue<String> cutOff() {
        return cutOff;
    }

    /// Ids of new adapters.
    Queue<String> made() {
        return made;
    }
}
