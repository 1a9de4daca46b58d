package dev.icmlora.function.events;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.Selection;
import dev.icmlora.function.api.Timing;
import dev.icmlora.function.api.Usage;

/// What answers took.
///
/// @param adapter id of the adapter that served, if one did
@RegisterForReflection
record Tally(int answered, int failed, Usage usage, Timing timingMs, String adapter, Selection selection) {

    static final Tally NOTHING = new Tally(0, 0, new Usage(0, 0), Timing.NONE, null, null);

    static Tally failures(int count) {
        return new Tally(0, count, NOTHING.usage, NOTHING.timingMs, null, null);
    }

    static Tally of(GenerateReply reply) {
        return new Tally(
                reply.outputs().size(),
                0,
                reply.usage(),
                reply.timingMs(),
                reply.adapter() == null ? null : reply.adapter().id(),
                reply.selection());
    }

    Tally plus(Tally other) {
        return new Tally(
                answered + other.answered,
                failed + other.failed,
                new Usage(
                        usage.promptTokens() + other.usage.promptTokens(),
                        usage.completionTokens() + other.usage.completionTokens()),
                timingMs.plus(other.timingMs),
                other.adapter == null ? adapter : other.adapter,
                other.selection == null ? selection : other.selection);
    }

    int inputs() {
        return answered + failed;
    }
}
