package dev.icmlora.engine.auto;

import java.util.Optional;

import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.generator.adapter.Adapter;

/// An adapter that answers a task.
///
/// @param tuning what tuning did; empty if it was not tuned
/// @param isUsual whether the generated adapter was tuned by all of the steps that a task has unless a request says
/// otherwise. Confidence in single answers was fitted to such adapters
public record TaskAdapter(Adapter adapter, Optional<TuningSummary> tuning, boolean isUsual) {}
