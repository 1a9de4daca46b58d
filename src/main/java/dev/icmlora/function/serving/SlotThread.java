package dev.icmlora.function.serving;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

import dev.icmlora.function.error.DeadlineException;
import dev.icmlora.function.error.QueueFullException;
import dev.icmlora.function.error.ShuttingDownException;

/// The one thread that touches a slot's native handles, and the bounded queue in front of it.
///
/// Work that is cancelled, by its deadline or because its subscriber left, leaves the queue, or is told through its
/// [Cancellation] when it runs already.
final class SlotThread implements AutoCloseable {

    /// Work notices a cancellation between two decodes, so one that goes on for this many time limits hangs.
    private static final int LIMITS_UNTIL_STUCK = 3;

    private final int capacity;
    private final Duration limit;
    private final ThreadPoolExecutor executor;
    private volatile Job<?> running;

    /// @param capacity work that may wait
    /// @param limit time from submission to result
    SlotThread(int capacity, Duration limit) {
        this.capacity = capacity;
        this.limit = limit;
        var thread = Thread.ofPlatform().name("slot").factory();
        this.executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(capacity), thread);
    }

    /// Work to be done by the slot's thread once the result is subscribed to.
    ///
    /// The result fails with [QueueFullException], [DeadlineException], [ShuttingDownException], or with what the
    /// work throws.
    <T> Uni<T> submit(Function<Cancellation, T> work) {
        return Uni.createFrom()
                .<T>emitter(emitter -> enqueue(new Job<>(work, emitter)))
                .ifNoItem()
                .after(limit)
                .failWith(() -> new DeadlineException(limit));
    }

    private void enqueue(Job<?> job) {
        job.emitter.onTermination(() -> {
            job.cancellation.request();
            executor.remove(job);
        });
        try {
            executor.execute(job);
        } catch (RejectedExecutionException e) {
            job.emitter.fail(executor.isShutdown() ? new ShuttingDownException() : new QueueFullException(capacity));
        }
    }

    /// Whether more work would be accepted now.
    boolean hasRoom() {
        return !executor.isShutdown() && executor.getQueue().remainingCapacity() > 0;
    }

    /// Whether the thread works or waits, and does not hang in native code.
    boolean isAlive() {
        var job = running;
        return !executor.isTerminated()
                && (job == null || System.nanoTime() - job.startedAt < LIMITS_UNTIL_STUCK * limit.toNanos());
    }

    boolean isBusy() {
        return running != null;
    }

    /// Work in the queue.
    int waiting() {
        return executor.getQueue().size();
    }

    /// Takes no more work, refuses what waits, and lets what runs end.
    @Override
    public void close() {
        executor.shutdown();
        for (var waiting = executor.getQueue().poll();
                waiting != null;
                waiting = executor.getQueue().poll()) {
            ((Job<?>) waiting).emitter.fail(new ShuttingDownException());
        }
        executor.close();
    }

    private final class Job<T> implements Runnable {

        private final Function<Cancellation, T> work;
        private final UniEmitter<? super T> emitter;
        private final Cancellation cancellation = new Cancellation();
        private final Context trace = Context.current();
        private volatile long startedAt;

        private Job(Function<Cancellation, T> work, UniEmitter<? super T> emitter) {
            this.work = work;
            this.emitter = emitter;
        }

        @Override
        public void run() {
            startedAt = System.nanoTime();
            running = this;
            try (var _ = trace.makeCurrent()) {
                cancellation.check();
                emitter.complete(work.apply(cancellation));
            } catch (Throwable t) {
                emitter.fail(t);
            } finally {
                running = null;
            }
        }
    }
}
