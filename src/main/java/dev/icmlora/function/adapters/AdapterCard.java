package dev.icmlora.function.adapters;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.engine.tune.TuningSummary.Outcome;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.api.TaskBody;

/// Says what an adapter in the folder was made from. It is a JSON file beside the weights.
///
/// @param steps of tuning; null for none
/// @param tuning what it did; null for none
/// @param latent null where task and strength make the adapter again, otherwise as in [AdapterKey]
/// @param generator that made the adapter; another one makes another adapter of the same task
@RegisterForReflection(targets = {AdapterCard.class, TuningSummary.class, Outcome.class})
record AdapterCard(
        TaskBody task, float strength, Integer steps, TuningSummary tuning, String latent, String generator) {

    /// @param generator null if none made it
    static AdapterCard of(KnownAdapter known, String generator) {
        var key = known.key();
        return new AdapterCard(
                TaskBody.of(key.task()),
                key.strength(),
                key.isTuned() ? key.steps() : null,
                known.tuning().orElse(null),
                key.isRepeatable() ? null : key.latent(),
                generator);
    }

    /// Whether nothing is missing that a key is made of, or that mode auto decides by.
    boolean isWhole() {
        return task != null
                && (steps == null) == (tuning == null)
                && task.examples().stream()
                        .allMatch(example -> example != null && example.input() != null && example.output() != null);
    }

    /// What the adapter of this id is found by.
    ///
    /// @param current fingerprint of the generator that is in use
    AdapterKey key(OwnedId id, String current) {
        var taken = steps == null ? 0 : steps;
        if (latent != null) {
            return new AdapterKey(id.tenant(), task.toTask(), strength, taken, latent);
        }
        return current.equals(generator)
                ? new AdapterKey(id.tenant(), task.toTask(), strength).tuned(taken)
                // What another generator made of the task is another adapter.
                : new AdapterKey(id.tenant(), task.toTask(), strength, taken, id.id());
    }
}
