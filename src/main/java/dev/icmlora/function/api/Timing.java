package dev.icmlora.function.api;

import dev.icmlora.engine.request.PhaseNanos;

/// Milliseconds per phase, with three decimals; 0 where a phase was not needed.
public record Timing(double fingerprint, double generate, double apply, double tune, double prompt, double decode) {

    public static final Timing NONE = of(PhaseNanos.NONE);

    public static Timing of(PhaseNanos nanos) {
        return new Timing(
                millis(nanos.fingerprint()),
                millis(nanos.generate()),
                millis(nanos.apply()),
                millis(nanos.tune()),
                millis(nanos.prefill()),
                millis(nanos.decode()));
    }

    public Timing plus(Timing other) {
        return new Timing(
                fingerprint + other.fingerprint,
                generate + other.generate,
                apply + other.apply,
                tune + other.tune,
                prompt + other.prompt,
                decode + other.decode);
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
