package dev.icmlora.function.adapters;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

import jakarta.inject.Singleton;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.TaskAdapters.TaskAdapter;
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.adapters.UnfinishedTunings.Unfinished;
import dev.icmlora.function.admission.CallerLimit;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.SingleFlight;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;

/// Finds adapters in memory and in the folder, and makes those that are in neither.
@Singleton
public final class AdapterSource {

    private static final String UNTRAINED =
            "no generator was trained for this base model, so that a task alone gives no adapter: show examples and use "
                    + "mode tuned, or train one with `icm-lora train FOLDER` and name it by ICM_LORA_GENERATOR";

    /// Files that are read at the same time. A crowd that names them is not in its places yet.
    private static final int READS = 4;

    private final AdapterCache cache;
    private final UnfinishedTunings unfinished;
    private final AdapterFolder folder;
    private final EngineHost engineHost;
    /// Tasks that are tuned at the same time: half of the requests that are worked on, so that the others go on.
    private final CallerLimit tunings;
    private final SingleFlight<AdapterKey, Made> making = new SingleFlight<>();
    /// A virtual thread would keep its processor from others while a file does not come.
    private final ExecutorService readers = Executors.newFixedThreadPool(
            READS, Thread.ofPlatform().name("adapter reader").daemon().factory());

    AdapterSource(
            AdapterCache cache, AdapterFolder folder, EngineHost engineHost, FunctionConfig config, Access access) {
        this.cache = cache;
        this.unfinished = new UnfinishedTunings(UnfinishedTunings.share(config));
        this.folder = folder;
        this.engineHost = engineHost;
        var most = Math.max(1, config.workers().orElse(1) * config.worker().sequences() / 2);
        this.tunings = new CallerLimit(most, access::share, "tasks are being tuned");
    }

    /// @param request that it was made for
    private record Made(Supplied supplied, Turn request) {

        /// For another request it was known already.
        Made as(Turn other) {
            return other == request ? this : new Made(Supplied.of(supplied.known), request);
        }

        /// Whether it is what was asked for, or this request has no time to go on.
        private boolean isEnough(AdapterKey key, Turn other) {
            var made = supplied.known.key();
            return made.equals(key)
                    || !made.isCutShort()
                    || other.cancellation().isShortOfTime();
        }
    }

    /// @param cached whether it was known already
    public record Supplied(KnownAdapter known, boolean cached) {

        /// One that was known already.
        public static Supplied of(KnownAdapter known) {
            return new Supplied(known, true);
        }

        /// As mode auto sees it.
        public TaskAdapter adapter(Engine engine) {
            return new TaskAdapter(known.adapter(), known.tuning(), known.key().isTunedAsUsual(engine));
        }
    }

    /// The adapter of a key. Requests that ask for it at the same time make it once.
    ///
    /// @throws RequestException if the task is longer than the context, or it has to be made, and a task alone does
    /// not make it
    public Supplied of(AdapterKey key, Turn turn) {
        return of(key, _ -> {}, turn);
    }

    /// The adapter of a key. Requests that ask for it at the same time make it once. One whose tuning was cut short is
    /// known by its id.
    ///
    /// @param progress is told of a tuning that begins here, after each slice, by the tuning's thread
    /// @throws RequestException if the task is longer than the context; if it has to be made, and a task alone does
    /// not make it; if it has to be tuned, and too many are
    public Supplied of(AdapterKey key, Consumer<Tuning.Progress> progress, Turn turn) {
        return of(key, turn, () -> false, making -> make(key, progress, making)).orElseThrow();
    }

    /// The same of one that is not tuned.
    ///
    /// @param vector of its task
    public Supplied of(AdapterKey key, TaskVector vector, Turn turn) {
        return of(key, turn, () -> false, making -> generate(key, vector, making.session()))
                .orElseThrow();
    }

    private Optional<Supplied> of(
            AdapterKey key, Turn turn, BooleanSupplier impatient, Function<Turn, KnownAdapter> make) {
        while (true) {
            var known = inMemory(key);
            if (known.isPresent()) {
                return known;
            }
            var made = making.of(
                            key,
                            computation -> {
                                var supplied = known(key).orElseGet(() -> new Supplied(make.apply(computation), false));
                                return new Made(supplied, turn);
                            },
                            turn,
                            impatient)
                    .map(one -> one.as(turn));
            if (made.isEmpty() || made.get().isEnough(key, turn)) {
                return made.map(Made::supplied);
            }
        }
    }

    /// A tuned adapter for one who does better without it than late. Work in the background has time, however long it
    /// takes: what it has in the end is kept.
    ///
    /// @return the [#unfinished] one, if any, where a request has no time for the steps that are left, or has
    /// none before they are taken
    public Optional<Supplied> soon(AdapterKey key, Turn turn) {
        if (turn.cancellation().letsOthersFirst()) {
            return Optional.of(of(key, turn));
        }
        var session = turn.session();
        var taken = unfinished.find(key).map(Unfinished::steps).orElse(0);
        var made = session.hasTimeToTune(key.task(), key.steps() - taken)
                ? of(key, turn, () -> !session.hasTimeFor(0), making -> make(key, _ -> {}, making))
                : Optional.<Supplied>empty();
        return made.or(() -> unfinished(key));
    }

    /// What time left of a tuning so far, where it did not come to its end.
    public Optional<Supplied> unfinished(AdapterKey key) {
        return unfinished
                .find(key)
                .map(Unfinished::known)
                .map(Supplied::of)
                // It may have come to its end since its caller looked.
                .or(() -> inMemory(key));
    }

    /// Tunes an adapter for later requests.
    ///
    /// @return whether it waits to be tuned, as [EngineHost#later]
    public boolean later(AdapterKey key, Turn request) {
        return engineHost.later(key, request, turn -> of(key, turn));
    }

    /// The adapter of a key, if it is known. Waits where others are being read.
    ///
    /// @throws CancelledException if this thread is interrupted
    public Optional<Supplied> known(AdapterKey key) {
        return inMemory(key)
                .or(() -> folder.id(key)
                        .flatMap(id -> read(() -> folder.find(id)
                                // Its card may have gone, or say now that a client brought it: then it is made again.
                                .filter(known -> known.key().equals(key))
                                .map(this::cached)))
                        .map(Supplied::of));
    }

    private Optional<Supplied> inMemory(AdapterKey key) {
        return cache.find(key).map(Supplied::of);
    }

    private KnownAdapter make(AdapterKey key, Consumer<Tuning.Progress> progress, Turn turn) {
        if (!key.isRepeatable()) {
            throw RequestException.unknownAdapter(key.latent());
        }
        if (key.isTuned()) {
            return tune(key, progress, turn);
        }
        var session = turn.session();
        if (key.isShared()) {
            return add(KnownAdapter.of(key, session.shared()));
        }
        if (!session.engine().isTrained()) {
            throw RequestException.invalid(new Violation("/task", null, null, UNTRAINED));
        }
        return generate(key, session.fingerprint(key.task()), session);
    }

    private KnownAdapter generate(AdapterKey key, TaskVector vector, EngineSession session) {
        return add(KnownAdapter.of(key, session.generated(vector, key.strength())));
    }

    private KnownAdapter tune(AdapterKey key, Consumer<Tuning.Progress> progress, Turn turn) {
        var place = tunings.enter(turn.caller());
        try {
            var engine = turn.engine();
            // Without a generator there is nothing but what all adapters begin with.
            var before = engine.isTrained() ? key.untuned(engine.fingerprinted(key.task())) : key.shared();
            var start = of(before, turn).known().adapter();
            var options = engine.tuningOptions(key.task()).withSteps(key.steps());
            var from = unfinished.find(key).flatMap(Unfinished::paused);
            return remember(key, turn.session().tune(start, key.task(), options, from, progress));
        } finally {
            place.leave();
        }
    }

    private KnownAdapter remember(AdapterKey key, Tuning.Result result) {
        var summary = result.summary();
        // One that was made worse is the adapter from before, which has a key of its own.
        var isNew = summary.outcome() != Outcome.DIVERGED;
        if (result.paused().isPresent()) {
            var cutShort = key.cutShort(summary.steps(), result.adapter().id());
            var known = KnownAdapter.of(cutShort, result);
            unfinished.add(key, known, result.paused().get());
            return isNew ? add(known) : known;
        }
        var known = KnownAdapter.of(key, result);
        if (isNew) {
            add(known);
        } else {
            cache.addDiverged(known);
        }
        // After that, so that who looks for both finds one.
        unfinished.remove(key);
        return known;
    }

    /// Makes an adapter known that was generated or tuned, and could be again.
    private KnownAdapter add(KnownAdapter known) {
        cache.add(known);
        folder.keepSoon(known);
        return known;
    }

    /// Makes an adapter known that a client brought or mixed. It is in the folder, if there is one, when
    /// this returns.
    ///
    /// @throws RequestException if the folder has no room for it
    public KnownAdapter addGiven(Tenant tenant, Task task, Adapter adapter) {
        var known = KnownAdapter.of(AdapterKey.given(tenant, task, adapter.id()), adapter);
        folder.keep(known);
        cache.add(known);
        return known;
    }

    /// The ids of all adapters that a tenant knows, in alphabetical order.
    public List<String> ids(Tenant tenant) {
        var ids = new TreeSet<>(cache.ids(tenant));
        ids.addAll(folder.ids(tenant));
        return List.copyOf(ids);
    }

    /// The adapter of this id, if the tenant knows it. Waits where others are being read.
    ///
    /// @throws CancelledException if this thread is interrupted
    public Optional<KnownAdapter> find(Tenant tenant, String id) {
        var owned = new OwnedId(tenant, id);
        return cache.find(owned)
                // Another request may have read it meanwhile.
                .or(() ->
                        read(() -> cache.find(owned).or(() -> folder.find(owned).map(this::cached))));
    }

    private Optional<KnownAdapter> read(Callable<Optional<KnownAdapter>> file) {
        var reading = readers.submit(file);
        try {
            return reading.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw new CancelledException();
        } finally {
            reading.cancel(false);
        }
    }

    private KnownAdapter cached(KnownAdapter known) {
        cache.add(known);
        if (!folder.isKept(known.ownedId())) {
            // It was deleted while it was read.
            cache.remove(known.ownedId());
        }
        return known;
    }

    /// Forgets an adapter, in memory and in the folder. Requests that are being answered with it go on.
    ///
    /// @throws RequestException if the tenant knows none of this id
    public void delete(Tenant tenant, String id) {
        var owned = new OwnedId(tenant, id);
        // The folder first: what is read from there comes into memory.
        if (!OwnedId.isId(id) || !(folder.delete(owned) | cache.remove(owned) | unfinished.remove(owned))) {
            throw RequestException.unknownAdapter(id);
        }
    }

    /// The adapter of this id. Any thread may call this.
    ///
    /// @throws RequestException if the tenant knows none
    public KnownAdapter byId(Tenant tenant, String id) {
        return Optional.of(id)
                .filter(OwnedId::isId)
                .flatMap(valid -> find(tenant, valid))
                .orElseThrow(() -> RequestException.unknownAdapter(id));
    }
}
