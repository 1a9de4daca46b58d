package dev.icmlora.function.api;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// Body of `POST /adapters/blend`.
///
/// @param adapters what to add up
/// @param task that the sum is for, which belongs in its prompts; default that of the adapters if they
/// have one and the same, none otherwise
@RegisterForReflection
public record SumRequest(List<Summand> adapters, TaskBody task) {

    /// @param id of a known adapter
    /// @param weight its factor
    public record Summand(String id, Double weight) {}

    public SumRequest {
        adapters = adapters == null ? List.of() : adapters;
    }
}
