package dev.icmlora.trainer.loop;

import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a run end in good order when its process is asked to (Ctrl-C, SIGTERM): the JVM waits until the run has noticed
/// and closed its signal. Native code must not be running when the process tears its libraries down.
public final class StopSignal implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::request, "stop-signal");
    private volatile boolean requested;

    public StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    public boolean isRequested() {
        return requested;
    }

    /// @throws InterruptedIOException if it is requested
    public void check() throws InterruptedIOException {
        if (requested) {
            throw new InterruptedIOException("stopped; what was done is kept");
        }
    }

    private void request() {
        requested = true;
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        if (!requested) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
