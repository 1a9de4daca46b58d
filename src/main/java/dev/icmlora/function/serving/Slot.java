package dev.icmlora.function.serving;

import java.util.function.BiFunction;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;

/// The engine behind its thread and queue, from start to stop of the function.
@Singleton
public final class Slot {

    private final FunctionConfig config;
    private final SlotThread thread;
    private Engine engine;
    private volatile boolean started;

    Slot(FunctionConfig config) {
        this.config = config;
        this.thread = new SlotThread(config.queue().capacity(), config.requestTimeout());
    }

    /// Loads the engine and generates once, before the first request is let in.
    ///
    /// @throws StartupException if a part is missing or cannot be used
    void start(@Observes StartupEvent event) {
        engine = Engine.load(Parts.find(config), config);
        // Here, not on the slot's thread: that thread has nothing to do yet, and its deadline is for requests.
        engine.warmUp();
        started = true;
    }

    /// Ends what runs, refuses what waits, and closes the engine where nothing uses it any more.
    void stop(@Observes ShutdownEvent event) {
        started = false;
        thread.close();
        if (engine != null) {
            engine.close();
        }
    }

    /// Work with the engine, done when the slot gets to it. See [SlotThread#submit] for how it fails.
    <T> Uni<T> submit(BiFunction<Engine, Cancellation, T> work) {
        return thread.submit(cancellation -> work.apply(engine, cancellation));
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
        return thread.hasRoom();
    }

    /// Whether the thread that owns the native side works or waits for work.
    public boolean isAlive() {
        return thread.isAlive();
    }

    /// Whether a request is being worked on.
    public boolean isBusy() {
        return thread.isBusy();
    }

    /// Requests in the queue.
    public int waiting() {
        return thread.waiting();
    }
}
