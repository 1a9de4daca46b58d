package dev.icmlora.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.events.JobStatus.State;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.Selection;
import dev.icmlora.function.api.GenerateReply.Timing;
import dev.icmlora.function.api.GenerateReply.Usage;

/// All that is known of the work on a task file or a job. It lies in one object, which is only ever replaced on the
/// condition that it did not change: of two who move it at once, one fails.
///
/// @param state open until there is an outcome and nothing is left to do
/// @param version of the task file
/// @param holder that works on it now, or did until it was gone; null for none
/// @param sign a number that its holder changes to show that it is there; 0 before anything was done
/// @param basis what the stored answers depend on beside the task file; null before there are any
/// @param batch inputs that the next delivery asks for together; null for as many as are configured
/// @param parts in which answers are stored, in order
/// @param tally of the stored answers
/// @param job null for a task file, and where the object cannot be read
/// @param revision version of the object that held it, or that it follows on; null for none
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties("revision")
record TaskState(
        State state,
        String version,
        String holder,
        int sign,
        String basis,
        Integer batch,
        List<Parts> parts,
        Tally tally,
        Job job,
        String revision) {

    TaskState {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(tally, "tally");
        parts = List.copyOf(parts);
    }

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

    /// What answers took.
    ///
    /// @param abstained of those that were answered, how many have no output
    /// @param adapter id of the adapter that served first, if one did
    /// @param selection how the first answers were served; null where there are none
    @RegisterForReflection
    record Tally(
            int answered,
            int abstained,
            int failed,
            Usage usage,
            Timing timingMs,
            String adapter,
            Selection selection) {

        Tally {
            Objects.requireNonNull(usage, "usage");
            Objects.requireNonNull(timingMs, "timingMs");
        }

        static final Tally NOTHING = failures(0);

        /// Of inputs that cannot be answered.
        static Tally failures(int count) {
            return new Tally(0, 0, count, new Usage(0, 0), Timing.NONE, null, null);
        }

        static Tally of(GenerateReply reply) {
            return new Tally(
                    reply.outputs().size(),
                    (int) reply.outputs().stream().filter(Objects::isNull).count(),
                    0,
                    reply.usage(),
                    reply.timingMs(),
                    reply.adapter() == null ? null : reply.adapter().id(),
                    reply.selection());
        }

        Tally plus(Tally other) {
            return new Tally(
                    answered + other.answered,
                    abstained + other.abstained,
                    failed + other.failed,
                    new Usage(
                            usage.promptTokens() + other.usage.promptTokens(),
                            usage.completionTokens() + other.usage.completionTokens()),
                    timingMs.plus(other.timingMs),
                    selection == null ? other.adapter : adapter,
                    selection == null ? other.selection : selection);
        }

        int inputs() {
            return answered + failed;
        }
    }

    /// Of a task file or a job that no work was done for.
    static TaskState of(String version, Job job) {
        return new TaskState(State.OPEN, version, null, 0, null, null, List.of(), Tally.NOTHING, job, null);
    }

    /// Whether nothing is left to do, and no instance does it.
    boolean isSettled() {
        return state != State.OPEN && holder == null && parts.isEmpty();
    }

    /// With another sign of the holder that works on it from now on; null for none.
    TaskState heldBy(String next) {
        return new TaskState(state, version, next, sign + 1, basis, batch, parts, tally, job, revision);
    }

    TaskState at(String newRevision) {
        return new TaskState(state, version, holder, sign, basis, batch, parts, tally, job, newRevision);
    }

    TaskState ended(State end) {
        return new TaskState(end, version, holder, sign, basis, batch, parts, tally, job, revision);
    }

    /// Without answers. Those to come are on another basis.
    TaskState begun(String newBasis) {
        return new TaskState(state, version, holder, sign, newBasis, null, List.of(), Tally.NOTHING, job, revision);
    }

    /// @param inputs see [#batch]
    TaskState inBatchesOf(Integer inputs) {
        return new TaskState(state, version, holder, sign, basis, inputs, parts, tally, job, revision);
    }

    /// With another part of its holder's.
    TaskState with(Tally more) {
        var all = new ArrayList<>(parts);
        var own = !all.isEmpty() && Objects.equals(all.getLast().holder(), holder)
                ? all.removeLast().count()
                : 0;
        all.add(new Parts(holder, own + 1));
        return new TaskState(state, version, holder, sign, basis, batch, all, tally.plus(more), job, revision);
    }
}
