package dev.icmlora.cli.function;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;

/// Prints the answers of a run, and on the standard error how far it is.
final class RunOutput {

    /// Exit code where some inputs have no answer.
    static final int SOME_UNANSWERED = 3;

    private static final long BETWEEN_REPORTS = Duration.ofSeconds(5).toNanos();

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    private int answered;
    private int abstained;
    private int failed;
    private long reported = System.nanoTime();

    RunOutput(PrintWriter out, PrintWriter err, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /// Prints a line for an input.
    void print(RunLine line) {
        out.println(json ? line.json().toString() : line.text());
        if (line.hasFailed()) {
            failed++;
            if (!json) {
                err.println(line.error());
            }
        } else if (line.hasOutput()) {
            answered++;
        } else {
            abstained++;
        }
    }

    /// Lets the lines go.
    ///
    /// @throws IOException if they cannot be written
    void flush() throws IOException {
        out.flush();
        err.flush();
        if (out.checkError()) {
            throw new IOException("the answers cannot be written: the disk is full, or their reader is gone");
        }
    }

    /// Says how far it is, unless that was said a moment ago.
    void report(String progress) {
        if (System.nanoTime() - reported >= BETWEEN_REPORTS) {
            reported = System.nanoTime();
            say(progress);
        }
    }

    void say(String message) {
        err.println(message);
        err.flush();
    }

    int inputs() {
        return answered + abstained + failed;
    }

    /// Says what became of all.
    ///
    /// @return exit code
    int end() {
        say(String.format(
                "%,d inputs: %,d answered, %,d abstained, %,d failed", inputs(), answered, abstained, failed));
        return answered == inputs() ? 0 : SOME_UNANSWERED;
    }
}
