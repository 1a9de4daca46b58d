package dev.icmlora.learning;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// What is right for an input, as a client said it.
///
/// @param version that answered, where the client named an answer; else absent
/// @param at when it came, as in `2026-11-30T12:00:00Z`
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record Feedback(String input, String output, Integer version, String at) {}
