package dev.icmlora.engine.tune;

import dev.icmlora.generator.adapter.Adapter;

/// @param adapter tuned, or the one that tuning began with
public record TuningResult(Adapter adapter, TuningReport report) {}
