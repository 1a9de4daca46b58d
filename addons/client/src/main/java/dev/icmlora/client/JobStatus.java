package dev.icmlora.client;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.databind.JsonNode;

/// How far a [Job] is.
///
/// @param inputs that it has
/// @param done how many of them have an answer, or a reason for none, that is stored. That grows in steps, by a
/// thousand or each half minute; empty for a job that failed or was cancelled
/// @param error why a job failed; empty for one that did not
public record JobStatus(State state, int inputs, OptionalInt done, Optional<String> error) {

    /// Where a job stands.
    public enum State {
        /// It waits for its turn, or is worked on.
        OPEN,
        /// Its results are there.
        COMPLETED,
        /// It could not be done.
        FAILED,
        /// It was cancelled.
        CANCELLED
    }

    static JobStatus of(JsonNode job) {
        String name = job.path("state").asText().toUpperCase(Locale.ROOT);
        State state = Arrays.stream(State.values())
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> IcmLoraException.unexpected("it says no state of a job that is known here: " + job));
        OptionalInt done =
                job.hasNonNull("done") ? OptionalInt.of(job.get("done").intValue()) : OptionalInt.empty();
        Optional<String> error = Optional.ofNullable(job.get("error"))
                .map(problem -> IcmLoraException.refused(problem.path("status").asInt(), problem.toString())
                        .getMessage());
        return new JobStatus(state, job.path("inputs").asInt(), done, error);
    }
}
