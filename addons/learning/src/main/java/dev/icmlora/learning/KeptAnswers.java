package dev.icmlora.learning;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// A reply of a function as it is kept, where inputs are.
///
/// @param version that answered
@RegisterForReflection
record KeptAnswers(int version, List<KeptAnswer> answers) {

    /// @param output null where there was none
    /// @param confidence null where nothing is known of it
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record KeptAnswer(String input, String output, Double confidence) {}
}
