package dev.icmlora.engine.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;

/// Jobs that wait for a worker's thread, the first first. Belongs to that thread.
final class JobQueue {

    private final Deque<Job<?>> jobs = new ArrayDeque<>();

    /// @param baseCells room that it needs in the memory of the base context
    /// @param adaptedCells in that of the adapted one
    /// @param inBackground whether decoding goes first
    record Job<T>(
            Supplier<T> work,
            Cancellation cancellation,
            int baseCells,
            int adaptedCells,
            boolean inBackground,
            CompletableFuture<T> done) {

        /// @return false if its computation failed
        boolean run() {
            try {
                cancellation.check();
                done.complete(work.get());
                return true;
            } catch (Throwable t) {
                done.completeExceptionally(t);
                return !Worker.isFatal(t);
            }
        }
    }

    void add(Job<?> job) {
        jobs.add(job);
    }

    boolean isEmpty() {
        return jobs.isEmpty();
    }

    /// The next one, which stays.
    Optional<Job<?>> first() {
        return Optional.ofNullable(jobs.peek());
    }

    Job<?> remove() {
        return jobs.remove();
    }

    /// Drops cancelled jobs.
    void dropCancelled() {
        jobs.removeIf(
                job -> job.cancellation.isRequested() && job.done.completeExceptionally(new CancelledException()));
    }
}
