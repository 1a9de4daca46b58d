package dev.icmlora.generator.network;

/// A task that the generator was trained on.
///
/// @param latent mean of the prior for this task
public record SeenTask(String task, float[] latent) {}
