package dev.icmlora.function.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// When a function learns from feedback by itself.
@RegisterForReflection
public enum Improve {
    /// After some new pieces of feedback.
    @JsonProperty("auto")
    AUTO
}
