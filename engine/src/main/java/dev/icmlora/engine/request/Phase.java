package dev.icmlora.engine.request;

import java.util.Locale;

/// What a request spends its time with before it is decoded.
public enum Phase {
    FINGERPRINT,
    GENERATE,
    TUNE;

    /// As traces spell it.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
