package dev.icmlora.engine.worker;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.engine.request.Spent;
import dev.icmlora.engine.worker.ContextScheduler.Group;
import dev.icmlora.engine.worker.ThreadShare.CpuContention;
import dev.icmlora.ggml.NativeException;

/// One thread and the contexts that only it touches: one without an adapter, one with a resident adapter.
///
/// It does one thing after the other: a job, which is a piece of work with the contexts such as a part of a
/// fingerprint, or a time slice of a group, which is some batches with the same adapter. After a job, decoding gets as
/// much time as that took. Of the groups, the one that has had the least time goes next, and a new one starts with a
/// fair share, so that none waits for ever and new ones soon see their first token. Between time slices the
/// resident adapter is overwritten; the sequences of the other groups stay where they are.
public final class Worker implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Worker.class.getName());
    /// Computations that fail one after the other, each for other requests, before the device is given up.
    private static final int LOST = 3;

    /// Time that decoding gets for each moment that a job in the background takes.
    private static final int DECODING_FOR_BACKGROUND = 2;

    private static final Comparator<Group> LEAST_TIME = Comparator.comparingLong(Group::usedNanos);

    private final ContextScheduler base;
    private final ContextScheduler adapted;
    private final IntConsumer threads;
    private final ThreadShare share;
    private final CpuContention contention;
    private final long sliceNanos;
    private final LongSupplier clock;
    private final Pace pace = new Pace();
    private final LinkedBlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final Deque<Job<?>> jobs = new ArrayDeque<>();
    private final Deque<Job<?>> background = new ArrayDeque<>();
    private final AtomicInteger load = new AtomicInteger();
    private final Thread thread;
    private boolean backgroundIsNext;
    /// Time that decoding has before the next job, below 0 if it had more.
    private long owedNanos;
    private boolean stopping;
    private int threadsNow;
    /// What a group would have used that was there from the start and always got its share; a new group
    /// starts with it.
    private long fairShare;

    private volatile long busySince;
    /// Computations that failed since one did not.
    private volatile int failures;
    private volatile boolean closed;

    /// @param name of the thread
    /// @param base decodes with the base model alone
    /// @param adapted decodes with the resident adapter
    /// @param threads sets with how many threads the contexts compute
    /// @param timeSlice how long a group is decoded while others wait
    /// @param clock that says how long time slices and jobs took, in nanoseconds
    public Worker(
            String name,
            ContextScheduler base,
            ContextScheduler adapted,
            IntConsumer threads,
            ThreadShare share,
            Duration timeSlice,
            LongSupplier clock) {
        this.base = base;
        this.adapted = adapted;
        this.threads = threads;
        this.share = share;
        this.contention = new CpuContention(share);
        this.sliceNanos = timeSlice.toNanos();
        this.clock = clock;
        // A program that ends does not wait for an engine that is still open.
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::work);
    }

    /// What the worker is asked to do.
    private sealed interface Order {}

    private record Decode(DecodeRequest request) implements Order {}

    private record Stop() implements Order {}

    /// @param inBackground whether decoding goes first
    private record Job<T>(Supplier<T> work, Cancellation cancellation, boolean inBackground, CompletableFuture<T> done)
            implements Order {
        /// @return false if its computation failed
        boolean run() {
            try {
                cancellation.check();
                done.complete(work.get());
                return true;
            } catch (Throwable t) {
                done.completeExceptionally(t);
                return !(t instanceof NativeException failure && failure.isFatal());
            }
        }

        /// @return whether it was cancelled, and need not run
        boolean drop() {
            return cancellation.isRequested() && done.completeExceptionally(new CancelledException());
        }
    }

    /// The answers to one request, one for each prompt, and what they took.
    ///
    /// @param spent time in which the resident adapter was overwritten for it, of the batches that read its
    /// prompts, alone or beside answers, and of those that wrote its answers only; tokens of the prompts, what they
    /// all begin with once, those that were read of labels, and those that were written
    public record Answers(List<Answer> answers, Spent spent) {

        public Answers {
            answers = List.copyOf(answers);
        }

        public List<String> texts() {
            return answers.stream().map(Answer::text).toList();
        }
    }

    /// Decodes answers to prompts.
    ///
    /// The result fails with [CancelledException] within a token of a cancellation, with
    /// [dev.icmlora.llama.DecodeException] if the computation failed, or with what a sampler throws.
    ///
    /// @param adapter empty for the base model alone
    /// @param prompts one or more, each of one or more tokens and with its longest answer within the context
    /// @throws IllegalArgumentException if there is no prompt, or one has no tokens
    public CompletableFuture<Answers> decode(
            Optional<ScaledAdapter> adapter,
            List<int[]> prompts,
            Wanted wanted,
            Cancellation cancellation,
            Observed observed) {
        var request = new DecodeRequest(adapter, prompts, wanted, cancellation, observed);
        return order(new Decode(request), request.done());
    }

    /// A short piece of work with the worker's contexts, whose resident adapter it may change. While texts are decoded,
    /// they get as much time as it takes. The result fails with what the work throws, or with [CancelledException].
    public <T> CompletableFuture<T> run(Supplier<T> work, Cancellation cancellation) {
        return run(new Job<>(work, cancellation, false, new CompletableFuture<>()));
    }

    /// A short piece of longer work, such as a slice of a tuning. While texts are decoded, they get twice the time
    /// that such pieces take.
    public <T> CompletableFuture<T> runInBackground(Supplier<T> work, Cancellation cancellation) {
        return run(new Job<>(work, cancellation, true, new CompletableFuture<>()));
    }

    private <T> CompletableFuture<T> run(Job<T> job) {
        return order(job, job.done());
    }

    /// @return what is done, once it is no load any more
    private <T> CompletableFuture<T> order(Order order, CompletableFuture<T> done) {
        load.incrementAndGet();
        var result = done.whenComplete((_, _) -> load.decrementAndGet());
        if (closed) {
            done.completeExceptionally(new EngineClosedException());
            return result;
        }
        orders.add(order);
        // Closed in between, the thread may have gone without it.
        if (closed && orders.remove(order)) {
            done.completeExceptionally(new EngineClosedException());
        }
        return result;
    }

    /// Requests and jobs that it has not finished.
    public int load() {
        return load.get();
    }

    /// How quick it is.
    public Pace pace() {
        return pace;
    }

    private void computed(boolean well) {
        failures = well ? 0 : failures + 1;
    }

    /// Whether its thread works or waits, does not hang in native code, and does not fail at whatever it computes, as
    /// it would with a GPU that is lost.
    ///
    /// @param longest time that one batch or job may take
    public boolean isAlive(Duration longest) {
        var since = busySince;
        return thread.isAlive() && failures < LOST && (since == 0 || System.nanoTime() - since < longest.toNanos());
    }

    private void work() {
        while (!stopping || !isIdle()) {
            try {
                waitForOrders();
                workUntilIdle();
            } catch (InterruptedException e) {
                LOG.log(Level.ERROR, "A worker's thread was interrupted, which nothing here does", e);
            }
        }
    }

    private void waitForOrders() throws InterruptedException {
        if (isIdle()) {
            take(orders.take());
        }
    }

    private void workUntilIdle() {
        share.enter();
        contention.begin();
        try {
            while (!isIdle()) {
                busySince = System.nanoTime();
                workOnce();
            }
        } finally {
            contention.computed(threadsNow);
            busySince = 0;
            share.leave();
        }
    }

    private void workOnce() {
        try {
            takeOrders();
            var worked = owedNanos > 0 ? timeSlice() || job() : job() || timeSlice();
            if (!worked && !isIdle()) {
                throw new IllegalStateException("nothing in the worker can go on");
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A worker failed at what it was doing, and goes on with new requests", e);
            base.failAll(e);
            adapted.failAll(e);
        }
    }

    private boolean isIdle() {
        return jobs.isEmpty() && background.isEmpty() && base.isIdle() && adapted.isIdle();
    }

    private void takeOrders() {
        for (var order = orders.poll(); order != null; order = orders.poll()) {
            take(order);
        }
        base.dropCancelled();
        adapted.dropCancelled();
        jobs.removeIf(Job::drop);
        background.removeIf(Job::drop);
        base.admit();
        adapted.admit();
    }

    private void take(Order order) {
        switch (order) {
            case Decode decode -> scheduler(decode.request.adapter()).add(decode.request, fairShare);
            case Job<?> job -> (job.inBackground ? background : jobs).add(job);
            case Stop stop -> stopping = true;
        }
    }

    private ContextScheduler scheduler(Optional<ScaledAdapter> adapter) {
        return adapter.isPresent() ? adapted : base;
    }

    private boolean job() {
        backgroundIsNext = !backgroundIsNext;
        return backgroundIsNext ? job(background) || job(jobs) : job(jobs) || job(background);
    }

    private boolean job(Deque<Job<?>> queue) {
        if (queue.isEmpty()) {
            return false;
        }
        shareThreads();
        var job = queue.remove();
        var start = clock.getAsLong();
        computed(job.run());
        var nanos = Math.max(1, clock.getAsLong() - start);
        owedNanos = job.inBackground ? DECODING_FOR_BACKGROUND * nanos : nanos;
        return true;
    }

    /// A time slice of the group that has had the least time, with as many others as its scheduler decodes together.
    private boolean timeSlice() {
        var next = runnable().min(LEAST_TIME);
        next.ifPresent(group -> {
            var scheduler = scheduler(group.adapter());
            timeSlice(
                    scheduler,
                    scheduler.together(
                            group, runnable(scheduler).sorted(LEAST_TIME).toList()));
        });
        return next.isPresent();
    }

    private Stream<Group> runnable() {
        return Stream.concat(runnable(base), runnable(adapted));
    }

    private static Stream<Group> runnable(ContextScheduler scheduler) {
        return scheduler.groups().stream().filter(Group::isRunnable);
    }

    private void timeSlice(ContextScheduler scheduler, List<Group> batch) {
        var start = clock.getAsLong();
        var waiting = runnable().count() - batch.size();
        use(scheduler, batch);
        do {
            busySince = System.nanoTime();
            shareThreads();
            computed(scheduler.step(batch, !areAlone(batch), pace));
            takeOrders();
        } while (batch.stream().allMatch(Group::isRunnable)
                && (areAlone(batch) || clock.getAsLong() - start < sliceNanos));
        var nanos = clock.getAsLong() - start;
        batch.forEach(group -> group.used(nanos));
        owedNanos -= nanos;
        fairShare += nanos * batch.size() / (batch.size() + waiting);
    }

    /// Whether no other group and no job waits for its turn.
    private boolean areAlone(List<Group> batch) {
        return jobs.isEmpty() && background.isEmpty() && runnable().allMatch(batch::contains);
    }

    private void use(ContextScheduler scheduler, List<Group> batch) {
        var start = System.nanoTime();
        var first = batch.stream()
                .flatMap(group -> group.requests().stream())
                .filter(DecodeRequest::isNew)
                .findFirst();
        if (first.isPresent() && first.get().adapter().isPresent()) {
            first.get().observed().phase("apply", () -> {
                scheduler.use(batch);
                return batch;
            });
        } else {
            scheduler.use(batch);
        }
        var nanos = System.nanoTime() - start;
        batch.stream()
                .filter(group -> group.adapter().isPresent())
                .flatMap(group -> group.requests().stream())
                .forEach(request -> request.applied(nanos));
    }

    private void shareThreads() {
        contention.computed(threadsNow);
        var mine = share.each();
        if (mine != threadsNow) {
            threads.accept(mine);
            threadsNow = mine;
        }
    }

    /// Takes no more, and returns when everything that was taken has ended.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            orders.add(new Stop());
        }
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
