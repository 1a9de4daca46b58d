package dev.icmlora.function.serving;

import java.util.Optional;

import jakarta.inject.Singleton;

import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.UnknownAdapterException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.serving.Phases.Phase;
import dev.icmlora.generator.task.Task;

/// Gives adapters: the one that is known for a task, or a new one.
@Singleton
final class AdapterSource {

    private final AdapterCache cache;

    AdapterSource(AdapterCache cache) {
        this.cache = cache;
    }

    /// @param cached whether it was known already
    /// @param fingerprintTokens tokens that were read to make it
    record Supplied(KnownAdapter known, boolean cached, int fingerprintTokens) {}

    /// The adapter for a task. Runs on the slot's thread.
    ///
    /// @throws InvalidRequestException if the task is longer than the context
    Supplied forTask(Task task, Engine engine, Phases phases) {
        return cache.find(task).map(known -> new Supplied(known, true, 0)).orElseGet(() -> make(task, engine, phases));
    }

    private Supplied make(Task task, Engine engine, Phases phases) {
        var tokens = engine.tokens(task);
        if (tokens > engine.contextTokens()) {
            throw new InvalidRequestException(new Violation(
                    "/task",
                    engine.contextTokens(),
                    tokens,
                    "/task has %d tokens, more than the context of %d".formatted(tokens, engine.contextTokens())));
        }
        var vector = phases.time(Phase.FINGERPRINT, () -> engine.fingerprint(task));
        var known = phases.time(Phase.GENERATE, () -> KnownAdapter.of(task, engine.generate(vector)));
        cache.add(known);
        return new Supplied(known, false, tokens);
    }

    /// The known adapter of this id. Any thread may call this.
    ///
    /// @throws UnknownAdapterException if there is none
    KnownAdapter byId(String id) {
        return Optional.of(id)
                .filter(RequestRules::isAdapterId)
                .flatMap(cache::find)
                .orElseThrow(() -> new UnknownAdapterException(id));
    }
}
