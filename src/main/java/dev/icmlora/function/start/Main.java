package dev.icmlora.function.start;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/// The process, a JVM or a native executable.
@QuarkusMain
public final class Main {

    private Main() {}

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
        StartWatch.begin();
        try {
            Quarkus.run();
        } finally {
            // An error that Quarkus does not expect.
            StartWatch.end();
        }
    }
}
