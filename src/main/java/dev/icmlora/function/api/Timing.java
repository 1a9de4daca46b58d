package dev.icmlora.function.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

import dev.icmlora.engine.request.PhaseNanos;

/// Milliseconds per phase, with three decimals; 0 where a phase was not needed. `select` includes the generation of the
/// candidates.
@Schema(
        description = "Milliseconds; 0 where a phase was not needed.",
        requiredProperties = {"fingerprint", "generate", "apply", "select", "prompt", "decode"})
public record Timing(double fingerprint, double generate, double apply, double select, double prompt, double decode) {

    public static Timing of(PhaseNanos nanos) {
        return new Timing(
                millis(nanos.fingerprint()),
                millis(nanos.generate()),
                millis(nanos.apply()),
                millis(nanos.select()),
                millis(nanos.prefill()),
                millis(nanos.decode()));
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
