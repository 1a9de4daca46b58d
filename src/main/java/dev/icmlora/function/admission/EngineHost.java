package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.EngineStartException;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.config.EngineConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;

/// The engine behind its gate, from start to stop of the function.
@Singleton
public final class EngineHost {

    /// Time limit of work that no request waits for. Half of it is for the steps of a tuning.
    public static final Duration BACKGROUND = Duration.ofMinutes(10);

    /// What one caller has of it at a time where others wait.
    private static final Duration TURN = Duration.ofSeconds(30);

    private final FunctionConfig config;
    private Engine engine;
    private Admission admission;
    private BackgroundQueue background;
    private volatile boolean started;

    EngineHost(FunctionConfig config) {
        this.config = config;
    }

    /// Loads the engine, before the first request is let in.
    ///
    /// @throws StartupException if a part is missing or cannot be used
    void start(@Observes StartupEvent event, Access access) {
        try {
            engine = EngineLoader.load(
                    EngineConfig.files(config), EngineConfig.options(config), () -> new Traced(Context.current()));
        } catch (EngineStartException e) {
            throw new StartupException(e.getMessage());
        }
        var places = engine.workers() * config.worker().sequences();
        admission = new Admission(config.queue().capacity(), places, access::share);
        background = new BackgroundQueue(admission, access::share, TURN, System::nanoTime);
        started = true;
    }

    /// A span for each phase that the engine spends on a request, below the span that the request's thread is in.
    /// Without an OpenTelemetry SDK they cost nothing.
    private record Traced(Context parent) implements Observed {

        /// A failure marks the span by its kind alone: its message may hold a client's text.
        @Override
        public <T> T phase(String name, Supplier<T> work) {
            var span = GlobalOpenTelemetry.getTracer("dev.icmlora")
                    .spanBuilder(name)
                    .setParent(parent)
                    .startSpan();
            try (var _ = parent.with(span).makeCurrent()) {
                return work.get();
            } catch (RuntimeException e) {
                span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
                throw e;
            } finally {
                span.end();
            }
        }
    }

    /// Refuses what waits, lets what runs end unless that takes long, and closes the engine where nothing uses it any
    /// more.
    void stop(@Observes ShutdownEvent event) {
        started = false;
        if (admission != null) {
            admission.close();
        }
        if (engine != null) {
            engine.close();
        }
    }

    /// Work with the engine, in a thread of its own; the caller's waits, and is interrupted where nothing needs the
    /// result any more. Fails as [Admission#submit] says, and with [RequestException] if the base model was not the
    /// same all the time.
    ///
    /// @param account that pays for what is computed, whatever becomes of it, and in whose share it counts
    public <T> T submit(TokenAccount account, Function<Turn, T> work) {
        return admission.submit(account, config.requestTimeout(), false, turn -> work(turn, work));
    }

    /// The same with more time for it than a request has, for what can be asked for again: it does not hold up the
    /// stop.
    public <T> T submitLong(TokenAccount account, Duration limit, Function<Turn, T> work) {
        return admission.submit(account, limit, true, turn -> work(turn, work));
    }

    /// Does what a request has no time for once it has its answer, for one caller after the other. What finds no room
    /// is done when it is asked for again.
    ///
    /// @param key of the work, which waits once however often it is asked for
    /// @param request whose account pays for it
    /// @param work gets a turn of its own
    /// @return whether it waits to be done: not where too much does, or too much of this caller
    public boolean later(Object key, Turn request, Consumer<Turn> work) {
        return background.later(
                key,
                request,
                BACKGROUND,
                turn -> work(turn, own -> {
                    work.accept(own);
                    return own;
                }));
    }

    private <T> T work(Turn turn, Function<Turn, T> work) {
        requireIntactModel();
        turn.use(new EngineSession(engine, turn.cancellation(), turn.account()::take));
        var result = refusing(() -> work.apply(turn));
        requireIntactModel();
        return result;
    }

    /// Refuses at once what [#submit] would refuse now: before something is read that only an answer needs.
    public void requireRoom(TokenAccount account) {
        admission.requireRoom(account.payer());
    }

    /// What the engine cannot compute with, the client should not have sent.
    public static <T> T refusing(Supplier<T> work) {
        try {
            return work.get();
        } catch (UnusableInputException e) {
            throw RequestException.invalid(e.parts().stream()
                    .map(part -> new Violation("/" + part.name(), part.limit(), part.value(), part.message()))
                    .toList());
        }
    }

    private void requireIntactModel() {
        if (!engine.model().isIntact()) {
            throw RequestException.Kind.MODEL_CHANGED.because(
                    "The base model's file was changed while it is in use; the function must be started again");
        }
    }

    /// What clients call the base model.
    public String modelName() {
        return engine.model().name();
    }

    /// What the generator's file calls it; empty where there is none.
    public Optional<String> generatorName() {
        return engine.isTrained() ? Optional.of(engine.manifest().name()) : Optional.empty();
    }

    /// What requests are answered with, once the function has started.
    public Engine engine() {
        return engine;
    }

    /// Whether everything is loaded, and the function does not stop.
    public boolean isStarted() {
        return started;
    }

    /// Whether another request would be taken, of some caller.
    public boolean hasRoom() {
        return admission.hasRoom();
    }

    /// Whether another request of this caller would be taken.
    public boolean hasRoom(TokenAccount account) {
        return admission.hasRoom(account.payer());
    }

    /// Requests that wait for a place.
    public int waiting() {
        return admission.waiting();
    }
}
