package dev.icmlora.function.service;

import java.util.Optional;
import java.util.OptionalDouble;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.admission.SingleFlight;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.generator.task.Task;

/// How far tasks are from those that the generator was trained on. Each task is fingerprinted for it once.
@Singleton
final class SeenDistances {

    /// Memory for how far tasks are from those that the generator was trained on.
    private static final long BYTES = 32L << 20;

    private static final int BYTES_OF_DISTANCE = 64;

    private final AdapterSource adapters;
    private final Cache<Question, OptionalDouble> known;
    private final SingleFlight<Question, Seen> asking = new SingleFlight<>(seen -> new Seen(seen.distance, 0));

    SeenDistances(AdapterSource adapters) {
        this.adapters = adapters;
        this.known = Caffeine.newBuilder()
                .maximumWeight(BYTES)
                .weigher((Question question, OptionalDouble distance) ->
                        KnownAdapter.bytes(question.task) + BYTES_OF_DISTANCE)
                .executor(Runnable::run)
                .build();
    }

    /// Tenants do not learn from each other which tasks came before.
    private record Question(Tenant tenant, Task task) {}

    /// @param distance empty where the generator knows no tasks
    /// @param tokens that were read for it
    record Seen(OptionalDouble distance, int tokens) {}

    /// @throws dev.icmlora.function.error.RequestException if the task is longer than the context
    Seen of(Tenant tenant, Task task, Turn turn) {
        var question = new Question(tenant, task);
        return known(question)
                .orElseGet(() -> asking.of(
                        question,
                        computation -> known(question)
                                .orElseGet(() ->
                                        measure(question, turn.of(computation).session())),
                        turn.admitted()));
    }

    private Optional<Seen> known(Question question) {
        return Optional.ofNullable(known.getIfPresent(question)).map(distance -> new Seen(distance, 0));
    }

    private Seen measure(Question question, EngineSession session) {
        var fingerprint = adapters.fingerprint(question.task, session);
        var distance = session.seenDistance(fingerprint.vector());
        known.put(question, distance);
        return new Seen(distance, fingerprint.tokens());
    }
}
