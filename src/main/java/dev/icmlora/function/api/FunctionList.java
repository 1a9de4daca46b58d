package dev.icmlora.function.api;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// The functions that a caller has, in the order of their names.
@RegisterForReflection
public record FunctionList(List<Entry> functions) {

    /// @param newest the version that the name alone means
    /// @param versions that there are, in order
    @RegisterForReflection
    public record Entry(String name, int newest, List<Integer> versions) {}
}
