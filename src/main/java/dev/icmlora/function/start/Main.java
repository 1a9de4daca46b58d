package dev.icmlora.function.start;

import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// The process, a JVM or a native executable.
@QuarkusMain
@Singleton
public final class Main {

    private static final int TERMINATED = 128 + 15; // as a shell names a process that SIGTERM ended

    private static volatile boolean ended;

    Main() {}

    /// Runs the function until it is asked to stop.
    ///
    /// @param arguments none: a JVM leaves what stands behind its jar, a native executable the options that it
    /// does not know
    public static void main(String... arguments) {
        if (arguments.length > 0) {
            System.err.println("The function does not know " + arguments[0]
                    + ": it is set up by environment variables, or by -D options of java before -jar");
            System.exit(1);
        }
        watch();
        try {
            Quarkus.run();
        } finally {
            // An error that Quarkus does not expect.
            end();
        }
    }

    /// From here on a signal that asks the process to stop, while it starts, ends it at once. Quarkus would first
    /// start it, which takes as long as the base model takes to be read, and then stop it.
    private static void watch() {
        var exit = ApplicationLifecycleManager.getDefaultExitCodeHandler();
        ApplicationLifecycleManager.setDefaultExitCodeHandler((code, failure) -> {
            if (failure != null) {
                end();
            }
            exit.accept(code, failure);
        });
        Runtime.getRuntime().addShutdownHook(new Thread(Main::stop, "stops a start"));
    }

    /// The start was not stopped: it went well, or failed for a reason of its own.
    private static void end() {
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
