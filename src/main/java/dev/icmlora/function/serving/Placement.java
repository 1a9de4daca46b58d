package dev.icmlora.function.serving;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.icmlora.engine.worker.Worker;
import dev.icmlora.engine.worker.ScaledAdapter;

/// Which slot does what. Requests with the same weights share a slot, and so a batch; later ones go back to
/// where their prompts may still be kept, unless another slot has less to do. Thread-safe.
final class Placement {

    private static final int REMEMBERED = 1024;

    private final List<Worker> slots;
    private final Map<String, Place> active = new HashMap<>();
    private final Map<String, Worker> latest = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Worker> eldest) {
            return size() > REMEMBERED;
        }
    };

    Placement(List<Worker> slots) {
        this.slots = slots;
    }

    private static final class Place {

        private final Worker slot;
        private int requests;

        private Place(Worker slot) {
            this.slot = slot;
        }
    }

    /// The slot that has least to do.
    Worker idlest() {
        return slots.stream().min(Comparator.comparingInt(Worker::load)).orElseThrow();
    }

    /// Gives work to the slot of its weights.
    ///
    /// @param weights empty for the base model alone
    <T> CompletableFuture<T> with(Optional<ScaledAdapter> weights, Function<Worker, CompletableFuture<T>> work) {
        var key = key(weights);
        var result = work.apply(enter(key));
        return result.whenComplete((value, failure) -> leave(key));
    }

    private synchronized Worker enter(String key) {
        var place = active.computeIfAbsent(key, k -> new Place(choose(k)));
        place.requests++;
        return place.slot;
    }

    private Worker choose(String key) {
        var idlest = idlest();
        var before = latest.get(key);
        var chosen = before != null && before.load() <= idlest.load() ? before : idlest;
        latest.put(key, chosen);
        return chosen;
    }

    private synchronized void leave(String key) {
        if (--active.get(key).requests == 0) {
            active.remove(key);
        }
    }

    /// Holds no adapter in memory.
    private static String key(Optional<ScaledAdapter> weights) {
        return weights.map(w -> w.adapter().id() + " " + w.scale()).orElse("");
    }
}
