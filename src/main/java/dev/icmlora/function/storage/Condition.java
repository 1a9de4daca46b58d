package dev.icmlora.function.storage;

import java.util.Optional;

/// What must hold for a write to happen; the store itself checks it in the same step.
public sealed interface Condition {

    /// Nothing has changed since the object was found.
    ///
    /// @param found its version; empty if there was none
    static Condition unchanged(Optional<String> found) {
        return found.<Condition>map(IfVersion::new).orElseGet(IfAbsent::new);
    }

    /// No object has the key.
    record IfAbsent() implements Condition {}

    /// The object still has this version.
    record IfVersion(String version) implements Condition {}
}
