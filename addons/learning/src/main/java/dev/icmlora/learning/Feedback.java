package dev.icmlora.learning;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// What is right for an input, as a client said it, or a teacher.
///
/// @param output absent where a teacher said nothing that the function could answer
/// @param version that answered, where the client named an answer; else absent
/// @param at when it came, as in `2026-11-30T12:00:00Z`
/// @param kind absent for what a client said
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record Feedback(String input, String output, Integer version, String at, Kind kind) {

    /// What is held apart from what clients say.
    @RegisterForReflection
    enum Kind {
        /// A larger model said it: see [Teacher].
        @JsonProperty("teacher")
        TEACHER
    }

    boolean isTaught() {
        return kind == Kind.TEACHER;
    }
}
