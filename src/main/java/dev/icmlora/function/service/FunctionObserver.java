package dev.icmlora.function.service;

import java.util.List;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateReply;

/// Is told what named functions answer. A bean of an addon; without one, answers have no ids.
public interface FunctionObserver {

    /// Is told of a reply before its client has it.
    ///
    /// @param function that answered, with its version
    /// @param inputs one for each output of the reply
    /// @return an id for each answer; null where there can be none now
    List<String> answered(Tenant tenant, FunctionName function, List<String> inputs, GenerateReply reply);

    /// Is told that no version of a function is left.
    ///
    /// @param name without a version
    void deleted(Tenant tenant, String name);
}
