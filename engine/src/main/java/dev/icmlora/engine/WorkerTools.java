package dev.icmlora.engine;

import dev.icmlora.engine.worker.AppliedAdapters;
import dev.icmlora.engine.worker.Predictor;
import dev.icmlora.generator.vector.Fingerprinter;

/// What the jobs of one worker work with, on its thread.
record WorkerTools(
        Fingerprinter fingerprinter,
        Embedder embedder,
        Predictor basePredictor,
        Predictor adaptedPredictor,
        AppliedAdapters adapters) {}
