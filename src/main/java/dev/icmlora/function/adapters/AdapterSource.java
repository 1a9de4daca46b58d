package dev.icmlora.function.adapters;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.Once;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.StorageFullException;
import dev.icmlora.function.error.UnknownAdapterException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;

/// Gives adapters: the one that is known for a key, or a new one.
@Singleton
public final class AdapterSource {

    private final AdapterCache cache;
    private final AdapterFolder folder;
    private final Once<AdapterKey, Supplied> making = new Once<>();

    AdapterSource(AdapterCache cache, AdapterFolder folder) {
        this.cache = cache;
        this.folder = folder;
    }

    /// @param cached whether it was known already
    /// @param fingerprintTokens tokens that were read to make it
    public record Supplied(KnownAdapter known, boolean cached, int fingerprintTokens) {}

    /// The adapter of a key. Requests that ask for it at the same time make it once.
    ///
    /// @throws InvalidRequestException if the task is longer than the context
    /// @throws UnknownAdapterException if it has to be made, and a task alone does not make it
    public Supplied of(AdapterKey key, EngineSession session) {
        Supplier<Optional<Supplied>> known = () ->
                cache.find(key).or(() -> folder.find(key).map(this::cached)).map(found -> new Supplied(found, true, 0));
        return making.of(key, known, () -> make(key, session), session.cancellation());
    }

    private Supplied make(AdapterKey key, EngineSession session) {
        if (!key.isRepeatable()) {
            throw new UnknownAdapterException(key.latent());
        }
        var tokens = tokens(key.task(), session);
        var adapter = session.generate(key.task(), key.strength());
        return new Supplied(add(key, adapter), false, tokens);
    }

    /// @param tokens that were read to take it
    public record Fingerprint(TaskVector vector, int tokens) {}

    /// The task vector of a task.
    ///
    /// @throws InvalidRequestException if the task is longer than the context
    public Fingerprint fingerprint(Task task, EngineSession session) {
        var tokens = tokens(task, session);
        return new Fingerprint(session.fingerprint(task), tokens);
    }

    private static int tokens(Task task, EngineSession session) {
        var tokens = session.engine().tokens(task);
        if (tokens > session.engine().contextTokens()) {
            throw new InvalidRequestException(new Violation(
                    "/task",
                    session.engine().contextTokens(),
                    tokens,
                    "/task has %d tokens, more than the context of %d"
                            .formatted(tokens, session.engine().contextTokens())));
        }
        return tokens;
    }

    /// Makes an adapter known that was generated, and could be again.
    public KnownAdapter add(AdapterKey key, Adapter adapter) {
        var known = KnownAdapter.of(key, adapter);
        cache.add(known);
        folder.keepSoon(known);
        return known;
    }

    /// Makes an adapter known that a client brought or mixed. It is in the folder, if there is one, when
    /// this returns.
    ///
    /// @throws StorageFullException if the folder has no room for it
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

    /// The adapter of this id, if the tenant knows it.
    public Optional<KnownAdapter> find(Tenant tenant, String id) {
        var owned = new OwnedId(tenant, id);
        return cache.find(owned).or(() -> folder.find(owned).map(this::cached));
    }

    private KnownAdapter cached(KnownAdapter known) {
        cache.add(known);
        return known;
    }

    /// The adapter of this id. Any thread may call this.
    ///
    /// @throws UnknownAdapterException if the tenant knows none
    public KnownAdapter byId(Tenant tenant, String id) {
        return Optional.of(id)
                .filter(OwnedId::isId)
                .flatMap(valid -> find(tenant, valid))
                .orElseThrow(() -> new UnknownAdapterException(id));
    }
}
