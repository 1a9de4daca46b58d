package dev.icmlora.function.http;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.core.Response;

import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.Progress;
import dev.icmlora.function.error.Problems;

/// One tuning as server-sent events: how far it is, each step and each hundredth of the work, and then its reply.
final class TuningStream implements Consumer<Tuning.Progress> {

    /// Between two events of a step. So their number does not grow with the examples.
    private static final double LEAST_WORK = 0.01;

    private final EventStream events;
    private Tuning.Progress last;
    private double doneAtFirst;
    private long sinceFirst;

    TuningStream(ObjectMapper mapper) {
        this.events = new EventStream(mapper);
    }

    /// Always called by the same thread.
    @Override
    public void accept(Tuning.Progress progress) {
        if (last == null) {
            events.begin();
            doneAtFirst = progress.done();
            sinceFirst = System.nanoTime();
        } else if (progress.step() == last.step() && progress.done() < last.done() + LEAST_WORK) {
            return;
        }
        events.add(new Progress(
                progress.step(),
                progress.steps(),
                Double.isFinite(progress.loss()) ? progress.loss() : null,
                progress.done(),
                millisLeft(progress)));
        last = progress;
    }

    /// Since the first event: before it, weights may have been copied, once for all tunings.
    private Long millisLeft(Tuning.Progress progress) {
        if (last == null) {
            return null;
        }
        var perWork = (System.nanoTime() - sinceFirst) / (progress.done() - doneAtFirst);
        return TimeUnit.NANOSECONDS.toMillis(Math.round(perWork * (1 - progress.done())));
    }

    void end(AdapterReply reply) {
        events.end(Map.of("reply", reply));
    }

    /// A failure is an event where the stream has begun already.
    void fail(Throwable failure, Problems problems) {
        events.fail(failure, () -> Map.of("error", problems.of(failure)));
    }

    /// @throws dev.icmlora.function.error.RequestException if there will be nothing to write
    Response response() {
        return events.response();
    }
}
