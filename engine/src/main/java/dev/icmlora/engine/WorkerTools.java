package dev.icmlora.engine;

import dev.icmlora.engine.scoring.Scorer;
import dev.icmlora.engine.worker.AppliedAdapters;
import dev.icmlora.generator.vector.Fingerprinter;

/// What the jobs of one worker work with, on its thread.
record WorkerTools(
        Fingerprinter fingerprinter,
        Embedder embedder,
        Scorer baseScorer,
        Scorer adaptedScorer,
        AppliedAdapters adapters) {}
