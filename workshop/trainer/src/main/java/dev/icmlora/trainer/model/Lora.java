package dev.icmlora.trainer.model;

import java.util.List;

import ai.djl.ndarray.NDArray;

/// The LoRA adapters of a batch: some modules of each layer in turn.
///
/// @param modules of a layer, by GGUF name
/// @param a `[rank, in]` each, shared by all adapters
/// @param b `[adapters, out, rank]` each
/// @param scale alpha / rank
public record Lora(List<String> modules, List<NDArray> a, List<NDArray> b, float scale) {}
