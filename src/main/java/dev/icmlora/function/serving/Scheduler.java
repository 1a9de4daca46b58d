package dev.icmlora.function.serving;

import java.util.function.BiFunction;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.ModelChangedException;
import dev.icmlora.engine.request.Cancellation;

/// The engine behind its queues, from start to stop of the function.
@Singleton
public final class Scheduler {

    private final FunctionConfig config;
    private Engine engine;
    private Admission admission;
    private volatile boolean started;

    Scheduler(FunctionConfig config) {
        this.config = config;
    }

    /// Loads the engine and generates once, before the first request is let in.
    ///
    /// @throws StartupException if a part is missing or cannot be used
    void start(@Observes StartupEvent event) {
        engine = Engine.load(Parts.find(config), config);
        engine.warmUp();
        var places = engine.slots() * config.slot().sequences();
        admission = new Admission(config.queue().capacity(), places, config.requestTimeout());
        started = true;
    }

    /// Refuses what waits, ends what runs, and closes the engine where nothing uses it any more.
    void stop(@Observes ShutdownEvent event) {
        started = false;
        if (admission != null) {
            admission.close();
        }
        if (engine != null) {
            engine.close();
        }
    }

    /// Work with the engine, in a thread of its own. See [Admission#submit] for how it fails; with
    /// [ModelChangedException] if the base model was not the same all the time.
    ///
    /// @param queue what is equal for requests of one adapter
    <T> Uni<T> submit(Object queue, BiFunction<Engine, Cancellation, T> work) {
        return admission.submit(queue, cancellation -> {
            requireIntactModel();
            var result = work.apply(engine, cancellation);
            requireIntactModel();
            return result;
        });
    }

    private void requireIntactModel() {
        if (!engine.isModelIntact()) {
            throw new ModelChangedException();
        }
    }

    /// What clients call the base model.
    String modelName() {
        return engine.modelName();
    }

    /// Reads and writes adapters as files.
    AdapterFiles files() {
        return engine.files();
    }

    /// Whether everything is loaded and one generation was answered.
    public boolean isStarted() {
        return started;
    }

    /// Whether the queue would take another request.
    public boolean hasRoom() {
        return started && admission.hasRoom();
    }

    /// Whether every slot works or waits for work.
    public boolean isAlive() {
        return engine != null && engine.isAlive();
    }

    /// Whether nobody has written into the base model's file.
    public boolean isModelIntact() {
        return engine != null && engine.isModelIntact();
    }

    /// Slots: contexts with a resident adapter.
    public int slots() {
        return started ? engine.slots() : 0;
    }

    /// Slots that have something to do.
    public int busySlots() {
        return started ? engine.busySlots() : 0;
    }

    /// Requests in the queues.
    public int waiting() {
        return started ? admission.waiting() : 0;
    }
}
