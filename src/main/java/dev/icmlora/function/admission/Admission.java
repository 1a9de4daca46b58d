package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.error.DeadlineException;
import dev.icmlora.function.error.QueueFullException;

/// Where requests wait, and who is let in: a bounded number of them waits, a bounded number is worked on,
/// each in a thread of its own.
///
/// There is a queue for each adapter. Next is the one with the fewest requests at work, where every second
/// that its first request has waited counts as one request less. So a crowd that asks for one adapter does
/// not keep others out, and nobody waits for ever. Whoever waits for what another one makes has no place meanwhile,
/// and comes back through its queue.
///
/// A request that is cancelled, by its deadline or because its subscriber left, leaves the queue, or is
/// told through its [Cancellation] when it is worked on already. Any thread may call this.
final class Admission implements AutoCloseable {

    private static final Comparator<Job<?>> FIRST_COME = (one, other) -> Long.signum(one.since - other.since);

    /// What the current thread does.
    private static final ScopedValue<Admission.Job<?>> CURRENT = ScopedValue.newInstance();

    private final int capacity;
    private final int places;
    /// Whoever has waited for longest comes first, and so whoever comes back.
    private final Map<Object, Queue<Job<?>>> queues = new LinkedHashMap<>();
    private final Map<Object, Integer> working = new HashMap<>();
    private final Set<Job<?>> begun = new HashSet<>();
    /// In the queues.
    private int waiting;
    /// Waiting for what another one makes.
    private int aside;
    /// At a place.
    private int busy;
    private boolean closed;

    /// @param capacity requests that may wait
    /// @param places requests that are worked on at the same time
    Admission(int capacity, int places) {
        this.capacity = capacity;
        this.places = places;
    }

    /// Work that begins once the result is subscribed to and there is a place for it.
    ///
    /// The result fails with [QueueFullException], [DeadlineException], [EngineClosedException], or with
    /// what the work throws.
    ///
    /// @param queue what it queues for: work with an equal one waits in line
    /// @param limit time from submission to result
    <T> Uni<T> submit(Object queue, Duration limit, Function<Cancellation, T> work) {
        return submit(queue, limit, false, work);
    }

    /// The same for work that takes long and can be asked for again: it is cancelled at the [#close].
    <T> Uni<T> submitLong(Object queue, Duration limit, Function<Cancellation, T> work) {
        return submit(queue, limit, true, work);
    }

    private <T> Uni<T> submit(Object queue, Duration limit, boolean isLong, Function<Cancellation, T> work) {
        return Uni.createFrom().deferred(() -> {
            var waited = new Waiting();
            return Uni.createFrom()
                    .<T>emitter(emitter -> enqueue(new Job<>(queue, limit, isLong, waited, work, emitter)))
                    .ifNoItem()
                    .after(limit)
                    .failWith(() -> new DeadlineException(limit, waited.within(limit)));
        });
    }

    private void enqueue(Job<?> job) {
        job.emitter.onTermination(() -> leave(job));
        synchronized (this) {
            if (hasRoom()) {
                queue(job);
                return;
            }
        }
        job.emitter.fail(refusal());
    }

    private void queue(Job<?> job) {
        queues.computeIfAbsent(job.queue, _ -> new PriorityQueue<>(FIRST_COME)).add(job);
        waiting++;
        letIn();
    }

    private RuntimeException refusal() {
        return isClosed() ? new EngineClosedException() : new QueueFullException(capacity);
    }

    private synchronized void leave(Job<?> job) {
        job.cancellation.request();
        var queue = queues.get(job.queue);
        if (queue != null && queue.remove(job)) {
            taken(job);
            notifyAll();
        }
    }

    private void letIn() {
        while (!queues.isEmpty() && busy < places) {
            var now = System.nanoTime();
            var job = queues.values().stream()
                    .map(Queue::element)
                    .min(Comparator.comparingDouble(first -> first.rank(now)))
                    .orElseThrow();
            queues.get(job.queue).remove();
            taken(job);
            job.hasPlace = true;
            busy++;
            working.merge(job.queue, 1, Integer::sum);
            if (begun.add(job)) {
                Thread.ofVirtual()
                        .name("request")
                        .start(() -> ScopedValue.where(CURRENT, job).run(job));
            } else {
                notifyAll();
            }
        }
    }

    private void leavePlace(Job<?> job) {
        if (job.hasPlace) {
            job.hasPlace = false;
            busy--;
            working.computeIfPresent(job.queue, (queue, count) -> count == 1 ? null : count - 1);
            letIn();
        }
    }

    /// Waits for what another one makes. Where the current thread does something that was submitted, its place is
    /// others' meanwhile.
    ///
    /// @throws dev.icmlora.engine.request.CancelledException if nobody waits for it any more
    static <T> T withoutPlace(Supplier<T> wait) {
        return CURRENT.isBound() ? CURRENT.get().withoutPlace(wait) : wait.get();
    }

    private synchronized void stepAside(Job<?> job) {
        aside++;
        leavePlace(job);
    }

    private synchronized void stayAway() {
        aside--;
    }

    private synchronized void comeBack(Job<?> job) {
        aside--;
        if (!job.cancellation.isRequested()) {
            queue(job);
            awaitThat(() -> job.hasPlace || job.cancellation.isRequested());
        }
    }

    private void taken(Job<?> job) {
        waiting--;
        if (queues.get(job.queue).isEmpty()) {
            queues.remove(job.queue);
        }
    }

    private synchronized void ended(Job<?> job) {
        begun.remove(job);
        leavePlace(job);
        notifyAll();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /// Whether another request would be taken now.
    synchronized boolean hasRoom() {
        return !closed && waiting + aside < capacity + places - busy;
    }

    /// Refuses at once what [#submit] would refuse now.
    void requireRoom() {
        if (!hasRoom()) {
            throw refusal();
        }
    }

    /// Requests that wait for a place.
    synchronized int waiting() {
        return waiting;
    }

    /// Takes no more, refuses what waits, and lets what is worked on end, unless that takes long.
    @Override
    public void close() {
        var refused = new ArrayList<Job<?>>();
        synchronized (this) {
            closed = true;
            queues.values().stream()
                    .flatMap(Queue::stream)
                    .filter(job -> !begun.contains(job))
                    .forEach(refused::add);
            begun.stream().filter(job -> job.isLong).forEach(refused::add);
        }
        // They leave their queues by failing, or are told to end.
        refused.forEach(job -> job.emitter.fail(new EngineClosedException()));
        awaitEnd();
    }

    private synchronized void awaitEnd() {
        awaitThat(begun::isEmpty);
    }

    private void awaitThat(BooleanSupplier condition) {
        var interrupted = false;
        while (!condition.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Job<T> implements Runnable {

        private final Object queue;
        private final boolean isLong;
        private final Waiting waited;
        private final Function<Cancellation, T> work;
        private final UniEmitter<? super T> emitter;
        private final Cancellation cancellation;
        private final Context trace = Context.current();
        private final long since = System.nanoTime();
        /// Guarded by the admission.
        private boolean hasPlace;

        /// @param waited is told when it waits no longer, or waits again
        private Job(
                Object queue,
                Duration limit,
                boolean isLong,
                Waiting waited,
                Function<Cancellation, T> work,
                UniEmitter<? super T> emitter) {
            this.queue = queue;
            this.cancellation = new Cancellation(limit);
            this.isLong = isLong;
            this.waited = waited;
            this.work = work;
            this.emitter = emitter;
        }

        /// The lowest is let in first.
        private double rank(long now) {
            return working.getOrDefault(queue, 0) - (double) (now - since) / TimeUnit.SECONDS.toNanos(1);
        }

        private <R> R withoutPlace(Supplier<R> wait) {
            waited.begin();
            stepAside(this);
            R result;
            try {
                result = wait.get();
            } catch (RuntimeException | Error e) {
                stayAway();
                throw e;
            }
            comeBack(this);
            cancellation.check();
            waited.end();
            return result;
        }

        @Override
        public void run() {
            Runnable outcome;
            waited.end();
            try (var _ = trace.makeCurrent()) {
                cancellation.check();
                var result = work.apply(cancellation);
                outcome = () -> emitter.complete(result);
            } catch (Throwable t) {
                outcome = () -> emitter.fail(t);
            }
            // First, for who hears of the outcome may ask for more at once.
            ended(this);
            outcome.run();
        }
    }
}
