package dev.icmlora.function.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// One line of a results file: an input with its output, or why it has none.
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record Answer(int index, String input, String output, String error) {

    static Answer of(int index, String input, String output) {
        return new Answer(index, input, output, null);
    }

    static Answer failed(int index, String error) {
        return new Answer(index, null, null, error);
    }
}
