package dev.icmlora.learning;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// The outcome of an attempt to improve a function.
///
/// @param at when it was decided, as in `2026-11-30T12:00:00Z`
/// @param from the version that served
/// @param version the one that serves now; absent where the candidate is not served
/// @param reason why it is not; absent where it is
/// @param measuredBy whose feedback was compared: a teacher's where there is none of people, else absent
/// @param leftOut pieces of feedback that no example of the serving version could be; absent for none
/// @param heldBack pieces of feedback that were compared, each held back from the candidate that answered it
/// @param rightBefore of these, how many the serving version had right; absent where nothing was compared
/// @param rightAfter the same of the candidate
/// @param better how many only the candidate had right
/// @param worse how many only the serving version had right
/// @param chance that a candidate which is no better comes out so by chance
/// @param unrelated chance that as many are right after where outputs have nothing to do with their inputs
/// @param unlearned examples of the function that the serving version had right and the candidate has wrong
/// @param candidate what was tuned; absent where nothing was
/// @param changes the inputs that are better or worse; in the reply alone, since people's inputs go with their
/// feedback
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record Improvement(
        String at,
        int from,
        Integer version,
        String reason,
        Feedback.Kind measuredBy,
        Integer leftOut,
        int heldBack,
        Integer rightBefore,
        Integer rightAfter,
        Integer better,
        Integer worse,
        Double chance,
        Double unrelated,
        Integer unlearned,
        Candidate candidate,
        List<Change> changes) {

    /// As it is kept.
    Improvement withoutInputs() {
        return with(version, reason, null);
    }

    /// The same, of a candidate that serves as this version.
    Improvement servedAs(int number) {
        return with(number, null, changes);
    }

    private Improvement with(Integer number, String why, List<Change> inputs) {
        return new Improvement(
                at,
                from,
                number,
                why,
                measuredBy,
                leftOut,
                heldBack,
                rightBefore,
                rightAfter,
                better,
                worse,
                chance,
                unrelated,
                unlearned,
                candidate,
                inputs);
    }

    /// An input that one of the two versions has right.
    ///
    /// @param output what is right
    /// @param before what the serving version answers; absent where that is nothing
    /// @param after the same of the candidate
    /// @param better whether it is the candidate that has it right
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Change(String input, String output, String before, String after, boolean better) {}

    /// All that it takes to make a candidate again, with the version's definition, and to measure it again.
    ///
    /// @param examples that it was tuned on
    /// @param ofFeedback how many of them are feedback
    /// @param baseModel what clients call it
    /// @param generator what its file calls it; absent where there is none
    /// @param adapter id of the adapter that answered; absent where none did
    /// @param steps of tuning; absent where a head answered
    /// @param measuredOn the first half of the SHA-256 of what was held back, in hex
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Candidate(
            int examples,
            int ofFeedback,
            String baseModel,
            String generator,
            String adapter,
            Integer steps,
            String measuredOn) {}
}
