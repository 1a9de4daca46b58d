package dev.icmlora.function.start;

import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Ends a process at once that is asked to stop while it starts. Quarkus would first start it, which takes as
/// long as the base model takes to be read, and then stop it.
@Singleton
final class StartWatch {

    private static final int TERMINATED = 128 + 15; // as a shell names a process that SIGTERM ended

    private static volatile boolean ended;

    /// From here on a signal ends the process. Before, it does so anyway.
    static void begin() {
        var exit = ApplicationLifecycleManager.getDefaultExitCodeHandler();
        ApplicationLifecycleManager.setDefaultExitCodeHandler((code, failure) -> {
            if (failure != null) {
                end();
            }
            exit.accept(code, failure);
        });
        Runtime.getRuntime().addShutdownHook(new Thread(StartWatch::stop, "stops a start"));
    }

    /// The start was not stopped: it went well, or failed for a reason of its own.
    static void end() {
        ended = true;
    }

    /// After everything else that waits for the start.
    void started(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) {
        end();
    }

    private static void stop() {
        if (!ended) {
            Runtime.getRuntime().halt(TERMINATED);
        }
    }
}
