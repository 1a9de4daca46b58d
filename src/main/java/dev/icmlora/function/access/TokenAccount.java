package dev.icmlora.function.access;

import dev.icmlora.function.error.RateLimitException;

/// The tokens that a caller may use. Thread-safe.
public interface TokenAccount {

    /// Of somebody whose tokens nobody counts, such as task files.
    TokenAccount UNLIMITED = new TokenAccount() {
        @Override
        public void requireRest() {}

        @Override
        public void take(long tokens) {}
    };

    /// @throws RateLimitException if nothing is left
    void requireRest();

    /// Counts tokens that were used, which may be more than there were.
    void take(long tokens);
}
