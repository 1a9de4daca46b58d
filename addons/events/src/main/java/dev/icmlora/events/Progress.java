package dev.icmlora.events;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.events.TaskState.Tally;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore.StoredObject;

/// The answers to a task file so far. They are stored in parts, which the state counts, so that any instance can go
/// on. Each holder gives its parts other names, so that an instance that was only slow overwrites nothing.
final class Progress {

    private static final int LARGEST_PART = 4 << 20;
    /// Answers are stored after this much time, even if they are few.
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final Work work;
    private final String basis;
    private final ObjectMapper json;
    private final int most;
    private final int largestBatch;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private Tally pending = Tally.NOTHING;
    private long lastStored = System.nanoTime();
    private int batch;
    /// What the next delivery begins with: the batch that was answered last, or else half of one that was too large.
    private int proven;

    /// @param basis what the answers depend on; those that are stored under another one do not count
    /// @param most answers that are not stored yet
    /// @param largestBatch inputs that may be asked for together
    Progress(Work work, String basis, ObjectMapper json, int most, int largestBatch) {
        this.work = work;
        this.basis = basis;
        this.json = json;
        this.most = most;
        this.largestBatch = largestBatch;
        var left = state().batch();
        this.batch = left == null ? largestBatch : Math.clamp(left, 1, largestBatch);
        this.proven = batch;
    }

    private TaskState state() {
        return onBasis(work.claim().state());
    }

    private TaskState onBasis(TaskState state) {
        return basis.equals(state.basis()) ? state : state.begun(basis);
    }

    /// What all answers took, stored or not.
    Tally tally() {
        return state().tally().plus(pending);
    }

    /// Inputs that are asked for together: fewer after a batch that was too large, and more again after answers.
    int batch() {
        return batch;
    }

    /// So many inputs were too many for one request.
    void tooMany(int inputs) {
        batch = Math.max(1, inputs / 2);
        proven = batch;
    }

    /// Takes the next answers, and stores a part when there are enough.
    void add(Answering.Answered answered) {
        for (var answer : answered.answers()) {
            lines.writeBytes(Content.of(json.writer(), answer).whole());
            lines.write('\n');
        }
        pending = pending.plus(answered.tally());
        proven = batch;
        // After an input that is too slow alone, more of them would be too.
        if (answered.tally().answered() > 0) {
            batch = Math.min(2 * batch, largestBatch);
        }
        if (pending.inputs() >= most
                || lines.size() >= LARGEST_PART
                || System.nanoTime() - lastStored >= INTERVAL.toNanos()) {
            flush();
        }
    }

    /// Stores what is not stored yet.
    ///
    /// @throws RequestException if the claim was lost
    void flush() {
        lastStored = System.nanoTime();
        var next = proven == largestBatch ? null : (Integer) proven;
        if (pending.inputs() == 0) {
            if (!Objects.equals(next, state().batch())) {
                work.claim().update(state -> onBasis(state).inBatchesOf(next));
            }
            return;
        }
        var part = state().with(pending).parts().getLast();
        var key = key(part.holder(), part.count() - 1);
        work.store().write(key, Content.of(lines.toByteArray()), Map.of(), new Condition.IfAbsent());
        work.claim().update(state -> onBasis(state).with(pending).inBatchesOf(next));
        pending = Tally.NOTHING;
        lines.reset();
    }

    private String key(String holder, int number) {
        return work.keys().parts() + "%s-%06d.jsonl".formatted(holder, number);
    }

    /// Writes all answers as the results.
    void write(Map<String, String> metadata, Condition condition) {
        var results = work.keys().results();
        if (state().parts().isEmpty()) {
            work.store().write(results, Content.of(lines.toByteArray()), metadata, condition);
        } else {
            flush();
            work.store().compose(results, parts(), metadata, condition);
        }
    }

    /// All parts, in order.
    ///
    /// @throws RequestException if one was deleted: the next delivery begins anew
    private List<StoredObject> parts() {
        var there = work.store().list(work.keys().parts()).stream()
                .collect(Collectors.toMap(StoredObject::key, Function.identity()));
        var keys = state().parts().stream()
                .flatMap(parts -> IntStream.range(0, parts.count()).mapToObj(number -> key(parts.holder(), number)))
                .toList();
        if (!there.keySet().containsAll(keys)) {
            work.claim().update(state -> state.begun(basis));
            throw RequestException.redeliver("stored answers were deleted");
        }
        return keys.stream().map(there::get).toList();
    }
}
