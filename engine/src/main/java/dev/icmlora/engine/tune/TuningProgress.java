package dev.icmlora.engine.tune;

/// How far a tuning is.
///
/// @param step steps that are done
/// @param steps of all
/// @param loss mean loss of an answer token that the last step saw, before it changed anything; NaN before the first
/// @param done share of all work, 0 to 1
public record TuningProgress(int step, int steps, double loss, double done) {}
