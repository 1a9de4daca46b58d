package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Acts that are repeated, each in a thread of its own, until [#close].
final class Repeatedly implements AutoCloseable {

    private final AtomicInteger done = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<CompletableFuture<Void>> threads;

    interface Act {
        void run() throws IOException, InterruptedException;
    }

    private Repeatedly(Duration pause, List<Act> acts) {
        threads = acts.stream()
                .map(act -> CompletableFuture.runAsync(() -> repeat(act, pause), Thread::startVirtualThread))
                .toList();
    }

    /// @param pause from the end of an act to its next time
    static Repeatedly start(Duration pause, List<Act> acts) {
        return new Repeatedly(pause, acts);
    }

    /// Returns when it was done once, or has failed.
    static Repeatedly start(Act act) {
        var repeated = new Repeatedly(Duration.ZERO, List.of(act));
        while (repeated.done() == 0 && !repeated.threads.getFirst().isDone()) {
            Server.pause();
        }
        return repeated;
    }

    private void repeat(Act act, Duration pause) {
        try {
            do {
                act.run();
                done.incrementAndGet();
            } while (!closed.await(pause.toNanos(), TimeUnit.NANOSECONDS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// How many acts were done so far.
    int done() {
        return done.get();
    }

    /// Waits until all acts that were begun are done.
    ///
    /// @throws java.util.concurrent.CompletionException what one failed with
    @Override
    public void close() {
        closed.countDown();
        threads.forEach(CompletableFuture::join);
    }
}
