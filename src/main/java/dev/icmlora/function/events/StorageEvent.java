package dev.icmlora.function.events;

import java.util.Optional;

import dev.icmlora.function.storage.Bucket;

/// What an event says, in the same form for every provider.
public sealed interface StorageEvent {

    /// An object was written.
    ///
    /// @param version generation or ETag, if the sender knows it
    record ObjectCreated(Bucket bucket, String key, Optional<String> version) implements StorageEvent {}

    /// Something else happened.
    ///
    /// @param type what, as the sender calls it
    record Other(String type) implements StorageEvent {}
}
