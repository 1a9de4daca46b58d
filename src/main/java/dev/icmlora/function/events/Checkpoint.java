package dev.icmlora.function.events;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.StoredObject;

/// Answers that are stored on the way, in parts named after their first input. What is in the bucket is where any other
/// instance goes on.
final class Checkpoint {

    private static final String TALLY = "icmloratally";
    private static final String PART = ".jsonl";
    private static final int LARGEST_PART = 4 << 20;
    /// Answers are stored after this much time, even if they are few.
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final ObjectStore store;
    private final String prefix;
    private final ObjectMapper json;
    private final int most;
    private final List<StoredObject> parts = new ArrayList<>();
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private Tally stored = Tally.NOTHING;
    private Tally pending = Tally.NOTHING;
    private long lastStored = System.nanoTime();

    private Checkpoint(ObjectStore store, String prefix, ObjectMapper json, int most) {
        this.store = store;
        this.prefix = prefix;
        this.json = json;
        this.most = most;
    }

    /// What the bucket has under this prefix.
    ///
    /// @param most answers that are not stored yet
    static Checkpoint load(ObjectStore store, String prefix, ObjectMapper json, int most) {
        var checkpoint = new Checkpoint(store, prefix, json, most);
        for (var next = store.find(checkpoint.nextKey()); next.isPresent(); next = store.find(checkpoint.nextKey())) {
            checkpoint.add(next.get(), tally(next.get(), json));
        }
        return checkpoint;
    }

    /// How many inputs are answered, as far as the bucket knows.
    ///
    /// @param prefix of all checkpoints of a task; the one that is furthest counts
    static int done(ObjectStore store, String prefix, ObjectMapper json) {
        return store.list(prefix).stream()
                .map(StoredObject::key)
                .filter(key -> key.endsWith(PART))
                .max(Comparator.comparing(key -> key.substring(key.lastIndexOf('/'))))
                .flatMap(store::find)
                .map(last -> {
                    var key = last.key();
                    var first = key.substring(key.lastIndexOf('/') + 1, key.length() - PART.length());
                    return Integer.parseInt(first) + tally(last, json).inputs();
                })
                .orElse(0);
    }

    private String nextKey() {
        return prefix + ("%010d" + PART).formatted(stored.inputs());
    }

    private static Tally tally(StoredObject part, ObjectMapper json) {
        try {
            return json.readValue(part.metadata().getOrDefault(TALLY, ""), Tally.class);
        } catch (JsonProcessingException e) {
            // Cut short on its way here, or written by somebody else.
            throw new StorageUnavailableException(part.key() + " does not say what it took", e);
        }
    }

    private void add(StoredObject part, Tally tally) {
        parts.add(part);
        stored = stored.plus(tally);
    }

    /// Inputs that have an answer, stored or not.
    int done() {
        return stored.inputs() + pending.inputs();
    }

    /// What all answers took.
    Tally tally() {
        return stored.plus(pending);
    }

    /// Takes the next answers, and stores a part when there are enough.
    void add(Answering.Answered answered) {
        for (var answer : answered.answers()) {
            lines.writeBytes(bytes(answer));
            lines.write('\n');
        }
        pending = pending.plus(answered.tally());
        if (pending.inputs() >= most
                || lines.size() >= LARGEST_PART
                || System.nanoTime() - lastStored >= INTERVAL.toNanos()) {
            flush();
        }
    }

    /// Stores what is not stored yet.
    ///
    /// @throws RequestException if another worker stored it first
    void flush() {
        lastStored = System.nanoTime();
        if (pending.inputs() == 0) {
            return;
        }
        var key = nextKey();
        // What all parts share stands in another object: metadata must be small.
        var own = new Tally(
                pending.answered(),
                pending.abstained(),
                pending.failed(),
                pending.usage(),
                pending.timingMs(),
                null,
                null);
        var metadata = Map.of(TALLY, new String(bytes(own), StandardCharsets.US_ASCII));
        try {
            var version = store.write(key, Content.of(lines.toByteArray()), metadata, new Condition.IfAbsent());
            add(new StoredObject(key, version, lines.size(), metadata), pending);
        } catch (ConditionFailedException e) {
            throw RequestException.redeliver("another delivery works on it");
        }
        pending = Tally.NOTHING;
        lines.reset();
    }

    /// All parts, in order.
    List<StoredObject> parts() {
        return List.copyOf(parts);
    }

    private byte[] bytes(Object value) {
        try {
            return json.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("answers have a JSON form", e);
        }
    }
}
