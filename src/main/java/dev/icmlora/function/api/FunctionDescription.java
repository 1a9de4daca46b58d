package dev.icmlora.function.api;

import java.util.OptionalInt;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// A version of a function.
///
/// @param version from 1 on
@RegisterForReflection
public record FunctionDescription(
        String name, int version, @JsonUnwrapped FunctionDefinition definition) {

    /// Its name with the version.
    public FunctionName versioned() {
        return new FunctionName(name, OptionalInt.of(version));
    }
}
