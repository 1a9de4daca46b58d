package dev.icmlora.function.api;

/// Milliseconds per phase; 0 where a phase was not needed. `select` includes the generation of the candidates.
public record Timing(double fingerprint, double generate, double apply, double select, double prompt, double decode) {}
