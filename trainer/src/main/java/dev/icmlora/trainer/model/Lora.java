package dev.icmlora.trainer.model;

import java.util.List;

import ai.djl.ndarray.NDArray;

/// The LoRA adapters of a batch: the query and the value projection of each layer in turn.
///
/// @param a `[rank, in]` each, shared by all adapters
/// @param b `[adapters, out, rank]` each
/// @param scale alpha / rank
public record Lora(List<NDArray> a, List<NDArray> b, float scale) {}
