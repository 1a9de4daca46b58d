package dev.icmlora.function.storage;

/// What must hold for a write to happen; the store itself checks it in the same step.
public sealed interface Condition {

    /// No object has the key.
    record IfAbsent() implements Condition {}

    /// The object still has this version.
    record IfVersion(String version) implements Condition {}
}
