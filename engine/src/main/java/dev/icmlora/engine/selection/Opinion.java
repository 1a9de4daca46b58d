package dev.icmlora.engine.selection;

/// What a second opinion was of an answer.
public enum Opinion {
    /// None was asked for.
    NONE,
    /// The same answer.
    AGREES,
    /// Another answer, and one that was less sure: the first one counts.
    DISAGREES,
    /// Another answer, and a surer one: it counts.
    PREVAILS;

    /// Whether there are two different answers.
    boolean differs() {
        return this == DISAGREES || this == PREVAILS;
    }
}
