package dev.icmlora.trainer.train;

/// Where the matrices A come from, which all adapters share.
enum OriginOfA {
    /// They are drawn and then learned together with B0.
    LEARNED,
    /// They stay as they were drawn.
    RANDOM,
    /// They are the principal directions of what goes into each module, and stay so.
    PRINCIPAL;

    boolean isFrozen() {
        return this != LEARNED;
    }
}
