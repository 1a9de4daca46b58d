package dev.icmlora.function.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.api.JobStatus.State;

/// All that is known of the work on a task file or a job. It lies in one object, which is only ever replaced on the
/// condition that it did not change: of two who move it at once, one fails.
///
/// @param state open until there is an outcome and nothing is left to do
/// @param version of the task file
/// @param holder that works on it now; null for none
/// @param sign a number that its holder changes to show that it is there
/// @param basis what the stored answers depend on beside the task file; null before there are any
/// @param parts in which answers are stored, in order
/// @param tally of the stored answers
/// @param job null for a task file
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record TaskState(
        State state, String version, String holder, int sign, String basis, List<Parts> parts, Tally tally, Job job) {

    /// Parts that one holder has stored, numbered from 0.
    @RegisterForReflection
    record Parts(String holder, int count) {}

    /// What only a job has.
    ///
    /// @param payer as an account is found by
    /// @param function name and version of the one that answers; null where the task named none
    /// @param inputs that there are
    /// @param source of the inputs; null where they are in the task
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Job(String payer, String function, int inputs, JobSources.Pinned source) {}

    /// Of a task file or a job that no work was done for.
    static TaskState of(String version, Job job) {
        return new TaskState(State.OPEN, version, null, 0, null, List.of(), Tally.NOTHING, job);
    }

    /// Whether an instance works on it, or did until it was gone.
    boolean isHeld() {
        return holder != null;
    }

    /// Whether nothing has ever been done for it.
    boolean isNew() {
        return sign == 0;
    }

    /// Whether it is about a version of the task file, and something is left to do.
    boolean isOpen(String of) {
        return state == State.OPEN && version.equals(of);
    }

    /// Whether that version has its outcome.
    boolean isEnded(String of) {
        return state != State.OPEN && version.equals(of);
    }

    /// Whether nothing is left to do, and no instance does it.
    boolean isSettled() {
        return state != State.OPEN && !isHeld() && parts.isEmpty();
    }

    TaskState heldBy(String next) {
        return new TaskState(state, version, next, sign + 1, basis, parts, tally, job);
    }

    /// A sign of its holder.
    TaskState signed() {
        return heldBy(holder);
    }

    TaskState free() {
        return heldBy(null);
    }

    TaskState ended(State end) {
        return new TaskState(end, version, holder, sign, basis, parts, tally, job);
    }

    /// The same without answers.
    TaskState begun(String newBasis) {
        return new TaskState(state, version, holder, sign, newBasis, List.of(), Tally.NOTHING, job);
    }

    /// With another part of its holder's.
    TaskState with(Tally more) {
        var all = new ArrayList<>(parts);
        var own = !all.isEmpty() && Objects.equals(all.getLast().holder(), holder)
                ? all.removeLast().count()
                : 0;
        all.add(new Parts(holder, own + 1));
        return new TaskState(state, version, holder, sign, basis, all, tally.plus(more), job);
    }
}
