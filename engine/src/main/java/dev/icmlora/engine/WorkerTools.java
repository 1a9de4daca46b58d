package dev.icmlora.engine;

import dev.icmlora.engine.worker.AppliedAdapters;
import dev.icmlora.engine.worker.Predictor;

/// What the jobs of one worker work with, on its thread.
///
/// @param brief reads texts of one batch, which so need not wait until a long one is read
/// @param whole reads all that fit into the context
record WorkerTools(
        StatesReader brief,
        StatesReader whole,
        Predictor basePredictor,
        Predictor adaptedPredictor,
        AppliedAdapters adapters) {

    /// What reads a text of so many tokens.
    StatesReader reader(int tokens) {
        return brief.holds(tokens) ? brief : whole;
    }
}
