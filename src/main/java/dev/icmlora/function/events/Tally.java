package dev.icmlora.function.events;

import java.util.Objects;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.Selection;
import dev.icmlora.function.api.GenerateReply.Timing;
import dev.icmlora.function.api.GenerateReply.Usage;

/// What answers took.
///
/// @param abstained of those that were answered, how many have no output
/// @param adapter id of the adapter that served first, if one did
/// @param selection how the first answers were served; null where there are none
@RegisterForReflection
record Tally(
        int answered, int abstained, int failed, Usage usage, Timing timingMs, String adapter, Selection selection) {

    static final Tally NOTHING = new Tally(0, 0, 0, new Usage(0, 0), Timing.NONE, null, null);

    /// Of an input that cannot be answered.
    static final Tally FAILURE = new Tally(0, 0, 1, NOTHING.usage, NOTHING.timingMs, null, null);

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
