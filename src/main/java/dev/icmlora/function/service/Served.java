package dev.icmlora.function.service;

import java.util.Optional;

import dev.icmlora.engine.request.PhaseNanos;
import dev.icmlora.function.api.Usage;

/// What a request was given, as far as it is counted.
///
/// @param adapter id of the adapter that took part
/// @param cached whether that adapter was known before
/// @param mode how the request was answered, as a client would spell it; empty where nothing was answered
/// @param tuningTokens tokens of the examples of all steps of a tuning
record Served(
        Optional<String> adapter,
        boolean cached,
        Optional<String> mode,
        Usage usage,
        int tuningTokens,
        PhaseNanos phases) {

    /// Nothing was generated and nothing answered.
    static final Served NOTHING =
            new Served(Optional.empty(), false, Optional.empty(), new Usage(0, 0), 0, PhaseNanos.NONE);
}
