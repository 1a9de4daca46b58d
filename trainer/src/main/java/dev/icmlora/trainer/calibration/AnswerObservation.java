package dev.icmlora.trainer.calibration;

import dev.icmlora.engine.tune.TuningSummary;

/// One answer of a tuned task, and whether it is the right one.
///
/// @param probability the model's own, of the whole answer
/// @param tokens of it, without its end
/// @param tuning what tuning saw of the task
public record AnswerObservation(double probability, int tokens, TuningSummary tuning, boolean right) {}
