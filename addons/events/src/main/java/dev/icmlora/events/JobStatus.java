package dev.icmlora.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// The progress of a job.
///
/// @param function name and version of the function that answers; absent where the job named none
/// @param inputs that there are
/// @param done how many of them have an answer, or an error, that is stored; absent if the job failed or was
/// cancelled
/// @param answered of all, when the job is completed
/// @param abstained of the answered, how many have a reason and no output
/// @param failed of all, how many have an error
/// @param error what kept a failed job from being done, as errors are
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobStatus(
        String id,
        State state,
        String function,
        int inputs,
        Integer done,
        Integer answered,
        Integer abstained,
        Integer failed,
        JsonNode error) {

    /// What an id looks like.
    public static final String ID = "^[0-9a-f]{32}$";

    /// Of a job that waits for its turn, or is worked on.
    public static JobStatus open(String id, String function, int inputs, int done) {
        return new JobStatus(id, State.OPEN, function, inputs, done, null, null, null, null);
    }

    /// The stage of a job.
    public enum State {
        /// It waits for its turn, or is worked on.
        @JsonProperty("open")
        OPEN,
        /// Its results are there.
        @JsonProperty("completed")
        COMPLETED,
        /// It could not be done; `error` says why.
        @JsonProperty("failed")
        FAILED,
        /// A client cancelled it.
        @JsonProperty("cancelled")
        CANCELLED
    }
}
