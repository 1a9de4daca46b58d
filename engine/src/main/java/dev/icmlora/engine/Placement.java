package dev.icmlora.engine;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.Worker;

/// Chooses workers. Requests with the same adapter share a worker, and so a batch; later ones go back to
/// where their prompts may still be kept, unless another worker has less to do. Thread-safe.
final class Placement {

    private static final int REMEMBERED = 1024;

    private final List<Worker> workers;
    private final Map<String, Place> active = new HashMap<>();
    /// The latest last.
    private final SequencedMap<String, Worker> latest = new LinkedHashMap<>();

    Placement(List<Worker> workers) {
        this.workers = workers;
    }

    private static final class Place {

        private final Worker worker;
        private int requests;

        private Place(Worker worker) {
            this.worker = worker;
        }
    }

    /// The worker that has least to do.
    Worker idlest() {
        return workers.stream().min(Comparator.comparingInt(Worker::load)).orElseThrow();
    }

    /// Gives work to the worker of its adapter.
    ///
    /// @param adapter empty for the base model alone
    <T> CompletableFuture<T> with(Optional<ScaledAdapter> adapter, Function<Worker, CompletableFuture<T>> work) {
        var key = key(adapter);
        var result = work.apply(enter(key));
        return result.whenComplete((value, failure) -> leave(key));
    }

    private synchronized Worker enter(String key) {
        var place = active.computeIfAbsent(key, k -> new Place(choose(k)));
        place.requests++;
        return place.worker;
    }

    private Worker choose(String key) {
        var idlest = idlest();
        var before = latest.get(key);
        var chosen = before != null && before.load() <= idlest.load() ? before : idlest;
        latest.putLast(key, chosen);
        if (latest.size() > REMEMBERED) {
            latest.pollFirstEntry();
        }
        return chosen;
    }

    private synchronized void leave(String key) {
        if (--active.get(key).requests == 0) {
            active.remove(key);
        }
    }

    /// Holds no adapter in memory.
    private static String key(Optional<ScaledAdapter> adapter) {
        return adapter.map(scaled -> scaled.adapter().id() + " " + scaled.scale())
                .orElse("");
    }
}
