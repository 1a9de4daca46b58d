package dev.icmlora.function.service;

import java.util.List;

/// Embeddings, each of length 1.
///
/// @param vectors one for each text
/// @param promptTokens tokens that were read
public record EmbeddingReply(String model, List<float[]> vectors, int promptTokens) {}
