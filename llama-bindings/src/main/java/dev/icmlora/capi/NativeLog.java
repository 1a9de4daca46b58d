package dev.icmlora.capi;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;

/// Takes llama.cpp's log to the logger `dev.icmlora.native`. llama.cpp is chatty, so its information and
/// its warnings ("the full capacity of the model will not be utilized") are DEBUG here; an error that makes a
/// call fail becomes the text of that call's exception.
public final class NativeLog {
    private static final Logger LOGGER = System.getLogger("dev.icmlora.native");

    // enum ggml_log_level (ggml.h)
    static final int DEBUG = 1;
    static final int ERROR = 4;
    static final int CONT = 5;

    private static final ThreadLocal<NativeLog> OF_THREAD = ThreadLocal.withInitial(NativeLog::new);

    private final StringBuilder line = new StringBuilder();
    private final StringBuilder errors = new StringBuilder();
    private int level = DEBUG;
    private int captures;

    private NativeLog() {}

    public static void install() {
        LlamaH.llama_log_set(GgmlH.LogCallback.pointer(NativeLog::receive), MemorySegment.NULL);
    }

    /// From now on errors that this thread's native calls report are kept for the capture instead of logged.
    public static Capture capture() {
        NativeLog log = OF_THREAD.get();
        if (log.captures++ == 0) {
            log.errors.setLength(0);
        }
        return new Capture(log);
    }

    /// The errors of one native call; closed by the thread that opened it.
    public record Capture(NativeLog log) implements AutoCloseable {
        /// What was reported so far, one line each; empty if nothing was.
        public String text() {
            return log.errors.toString().strip();
        }

        @Override
        public void close() {
            log.captures--;
        }
    }

    /// An exception that left an upcall would end the process, hence the catch-all.
    private static void receive(int level, MemorySegment text, MemorySegment userData) {
        try {
            OF_THREAD.get().append(level, text);
        } catch (Throwable ignored) {
            // Losing a log line is better than losing the process, and there is nowhere left to report to.
        }
    }

    /// A line below the level is not even read: a start has thousands of lines for debugging.
    private void append(int newLevel, MemorySegment pointer) {
        if (newLevel != CONT) {
            level = newLevel;
        }
        if (level != ERROR && !LOGGER.isLoggable(logged())) {
            return;
        }
        String text = CString.read(pointer);
        if (text == null) {
            return;
        }
        line.append(text);
        if (text.endsWith("\n")) {
            String message = line.toString().strip();
            line.setLength(0);
            emit(message);
        }
    }

    private void emit(String message) {
        if (level == ERROR && captures > 0) {
            errors.append(message).append('\n');
        } else if (!message.isEmpty()) {
            LOGGER.log(logged(), message);
        }
    }

    private Level logged() {
        return switch (level) {
            case ERROR -> Level.ERROR;
            case DEBUG -> Level.TRACE;
            default -> Level.DEBUG;
        };
    }
}
