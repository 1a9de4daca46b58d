package dev.icmlora.function.adapters;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.api.TaskBody;

/// What the folder keeps beside an adapter's weights, as JSON.
///
/// @param steps of tuning; null for none
/// @param latent null where task and strength make the adapter again, otherwise as in [AdapterKey]
/// @param generator that made the adapter; another one makes another adapter of the same task
@RegisterForReflection
record AdapterCard(TaskBody task, float strength, Integer steps, String latent, String generator) {

    /// @param generator null if none made it
    static AdapterCard of(AdapterKey key, String generator) {
        return new AdapterCard(
                TaskBody.of(key.task()),
                key.strength(),
                key.isTuned() ? key.steps() : null,
                key.isRepeatable() ? null : key.latent(),
                generator);
    }

    /// Whether nothing is missing that a key is made of.
    boolean isWhole() {
        return task != null
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
