package dev.icmlora.function.access;

import jakarta.inject.Singleton;

/// The share of one caller in what all callers use: half, or all where nothing tells callers apart.
@Singleton
public final class CallerShare {

    private final boolean isWhole;

    CallerShare(ApiKeys keys, Tokens tokens) {
        this.isWhole = keys.callers() < 2 && !tokens.areEnabled();
    }

    /// @return 1 at least
    public int of(int capacity) {
        return isWhole ? capacity : Math.max(1, capacity / 2);
    }
}
