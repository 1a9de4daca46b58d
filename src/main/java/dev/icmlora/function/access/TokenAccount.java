package dev.icmlora.function.access;

import dev.icmlora.function.error.RequestException;

/// The tokens that a caller may use; without a limit, unless [RateLimit] sets one. Thread-safe.
public interface TokenAccount {

    /// Of a caller whose tokens are not counted.
    ///
    /// @param payer see [Caller#payer]
    static TokenAccount unlimited(String payer) {
        return () -> payer;
    }

    /// Whose it is, as an opaque text: the caller in whose share a request counts. Empty for all callers where they
    /// are not told apart, and for task files.
    String payer();

    /// @throws RequestException if nothing is left
    default void requireRest() {}

    /// Counts tokens that were used, which may be more than there were.
    default void take(long tokens) {}
}
