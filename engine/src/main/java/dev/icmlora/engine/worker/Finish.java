package dev.icmlora.engine.worker;

/// Why an answer ended.
public enum Finish {
    /// The model ended it, or a stop string did.
    STOP,
    /// It has as many tokens as it may have.
    LENGTH
}
