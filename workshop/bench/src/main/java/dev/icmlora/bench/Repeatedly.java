package dev.icmlora.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// Something that is done again and again, from [#start] to [#close].
final class Repeatedly implements AutoCloseable {

    private final AtomicInteger done = new AtomicInteger();
    private final CompletableFuture<Void> all;
    private volatile boolean ended;

    private Repeatedly(Runnable act) {
        all = CompletableFuture.runAsync(
                () -> {
                    while (!ended) {
                        act.run();
                        done.incrementAndGet();
                    }
                },
                Thread::startVirtualThread);
    }

    /// Returns when it was done once, or has failed.
    static Repeatedly start(Runnable act) {
        var repeated = new Repeatedly(act);
        while (repeated.done() == 0 && !repeated.all.isDone()) {
            Server.pause();
        }
        return repeated;
    }

    /// How often it was done so far.
    int done() {
        return done.get();
    }

    /// Waits until the last time is done.
    ///
    /// @throws java.util.concurrent.CompletionException what it failed with
    @Override
    public void close() {
        ended = true;
        all.join();
    }
}
