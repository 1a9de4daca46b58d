package dev.icmlora.events;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// Names an object that holds a job's inputs, one a line.
///
/// @param bucket one that events are taken from, as it is configured
/// @param key of an object beside the task files
@RegisterForReflection
public record Source(String bucket, String key) {}
