package dev.icmlora.engine.request;

/// Nanoseconds that each phase of a request took; 0 for one that was not needed.
public record PhaseNanos(long fingerprint, long generate, long apply, long tune, long prefill, long decode) {

    public static final PhaseNanos NONE = new PhaseNanos(0, 0, 0, 0, 0, 0);

    public PhaseNanos plus(PhaseNanos other) {
        return new PhaseNanos(
                fingerprint + other.fingerprint,
                generate + other.generate,
                apply + other.apply,
                tune + other.tune,
                prefill + other.prefill,
                decode + other.decode);
    }
}
