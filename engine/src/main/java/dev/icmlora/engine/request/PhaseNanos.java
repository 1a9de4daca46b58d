package dev.icmlora.engine.request;

/// How long each phase of a request took, in nanoseconds; 0 for one that was not needed.
public record PhaseNanos(long fingerprint, long generate, long apply, long tune, long prefill, long decode) {

    public static final PhaseNanos NONE = new PhaseNanos(0, 0, 0, 0, 0, 0);

    /// With what the worker measured.
    public PhaseNanos decoded(long applyNanos, long prefillNanos, long decodeNanos) {
        return new PhaseNanos(fingerprint, generate, applyNanos, tune, prefillNanos, decodeNanos);
    }
}
