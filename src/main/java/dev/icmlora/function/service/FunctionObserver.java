package dev.icmlora.function.service;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionName;

/// Is told what named functions answer. A bean of an addon; without one, answers have no ids.
public interface FunctionObserver {

    /// @param output null where there was none
    /// @param confidence null where nothing is known of it
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Answered(String input, String output, Double confidence) {}

    /// Is told of a reply before its client has it.
    ///
    /// @param function that answered, with its version
    /// @return an id for each answer; null where there can be none now
    List<String> answered(Tenant tenant, FunctionName function, List<Answered> answers);

    /// Is told before the last version of a function goes, and again where a function is deleted that is gone.
    ///
    /// @param name without a version
    void deleted(Tenant tenant, String name);
}
