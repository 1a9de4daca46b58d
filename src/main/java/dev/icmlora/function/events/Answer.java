package dev.icmlora.function.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.api.AnswerDetail;
import dev.icmlora.function.api.GenerateReply;

/// One line of a results file: an input with its output, or why it has none.
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record Answer(
        int index,
        String input,
        String output,
        @JsonUnwrapped AnswerDetail detail,
        String error) {

    /// @param place of the answer in the reply
    static Answer of(int index, String input, GenerateReply reply, int place) {
        var detail = reply.details() == null ? null : reply.details().get(place);
        return new Answer(index, input, reply.outputs().get(place), detail, null);
    }

    static Answer failed(int index, String error) {
        return new Answer(index, null, null, null, error);
    }
}
