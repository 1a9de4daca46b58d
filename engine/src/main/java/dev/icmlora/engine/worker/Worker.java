package dev.icmlora.engine.worker;

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
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jboss.logging.Logger;

import dev.icmlora.function.error.CancelledException;
import dev.icmlora.function.error.ShuttingDownException;
import dev.icmlora.engine.worker.ContextScheduler.Group;
import dev.icmlora.function.trace.Traces;
import dev.icmlora.llama.DecodeException;
import dev.icmlora.llama.DecodeException.Reason;

/// One thread and the contexts that only it touches: one without an adapter, one with a resident adapter.
///
/// It does one thing after the other: an errand, which is a piece of work with the contexts such as a
/// fingerprint, or a turn of a group, which is some batches with the same weights. Errands and turns
/// alternate. Of the groups, the one that has had the least time goes next, and a new one starts with a
/// fair share, so that none waits for ever and new ones soon see their first token. Between turns the
/// resident adapter is overwritten; the sequences of the other groups stay where they are.
public final class Worker implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Worker.class);
    /// Computations that fail one after the other, each for other requests, before the device is given up.
    private static final int LOST = 3;

    private static final Comparator<Group> LEAST_TIME = Comparator.comparingLong(Group::usedNanos);

    private final ContextScheduler base;
    private final ContextScheduler adapted;
    private final IntConsumer threads;
    private final ThreadShare share;
    private final long turnNanos;
    private final LinkedBlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final Deque<Job<?>> errands = new ArrayDeque<>();
    private final AtomicInteger load = new AtomicInteger();
    private final Thread thread;
    private boolean errandIsNext;
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
    /// @param base writes with the base model alone
    /// @param adapted writes with the resident adapter
    /// @param threads sets with how many threads the contexts compute
    /// @param turn how long a group is decoded while others wait
    public Worker(String name, ContextScheduler base, ContextScheduler adapted, IntConsumer threads, ThreadShare share, Duration turn) {
        this.base = base;
        this.adapted = adapted;
        this.threads = threads;
        this.share = share;
        this.turnNanos = turn.toNanos();
        this.thread = Thread.ofPlatform().name(name).start(this::work);
    }

    /// What the slot is asked to do.
    private sealed interface Order {}

    private record Write(DecodeRequest writing) implements Order {}

    private record Stop() implements Order {}

    /// @param baseCells room that it needs in the memory of the base context
    /// @param adaptedCells in that of the adapted one
    private record Job<T>(
            Supplier<T> work, Cancellation cancellation, int baseCells, int adaptedCells, CompletableFuture<T> done)
            implements Order {

        /// @return false if its computation failed
        boolean run() {
            try {
                cancellation.check();
                done.complete(work.get());
                return true;
            } catch (Throwable t) {
                done.completeExceptionally(t);
                return !isFatal(t);
            }
        }
    }

    /// Texts that follow prompts.
    ///
    /// The result fails with [CancelledException] within a token of a cancellation, with
    /// [dev.icmlora.llama.DecodeException] if the computation failed, or with what a sampler throws.
    ///
    /// @param weights empty for the base model alone
    /// @param prompts one or more, each of one or more tokens and with its longest answer within the context
    /// @throws IllegalArgumentException if a prompt has none
    public CompletableFuture<Answers> write(
            Optional<ScaledAdapter> weights, List<int[]> prompts, Decoding decoding, Cancellation cancellation) {
        var writing = new DecodeRequest(weights, prompts, decoding, cancellation);
        order(new Write(writing), writing.done());
        return writing.done();
    }

    /// Work with the slot's contexts, which it leaves as it found them but for the resident adapter. The
    /// result fails with what the work throws, or with [CancelledException].
    public <T> CompletableFuture<T> run(Supplier<T> work, Cancellation cancellation) {
        return run(work, cancellation, 0, 0);
    }

    /// Work that needs room in the contexts' memories: it waits until there is.
    ///
    /// @param baseCells tokens that it puts into the memory of the base context
    /// @param adaptedCells into that of the adapted one
    public <T> CompletableFuture<T> run(Supplier<T> work, Cancellation cancellation, int baseCells, int adaptedCells) {
        var errand = new Job<>(work, cancellation, baseCells, adaptedCells, new CompletableFuture<>());
        order(errand, errand.done);
        return errand.done;
    }

    private void order(Order order, CompletableFuture<?> done) {
        load.incrementAndGet();
        done.whenComplete((result, failure) -> load.decrementAndGet());
        if (closed) {
            done.completeExceptionally(new ShuttingDownException());
            return;
        }
        orders.add(order);
        // Closed in between, the thread may have gone without it.
        if (closed && orders.remove(order)) {
            done.completeExceptionally(new ShuttingDownException());
        }
    }

    /// Requests and errands that it has not finished.
    public int load() {
        return load.get();
    }

    /// Whether a computation failed for no reason that lies in what was computed.
    public static boolean isFatal(Throwable failure) {
        return failure instanceof DecodeException decode && decode.reason() == Reason.FATAL;
    }

    private void computed(boolean well) {
        failures = well ? 0 : failures + 1;
    }

    /// Whether its thread works or waits, does not hang in native code, and does not fail at whatever it computes, as
    /// it would with a GPU that is lost.
    ///
    /// @param longest time that one batch or errand may take
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
                LOG.error("A slot's thread was interrupted, which nobody should do", e);
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
        try {
            while (!isIdle()) {
                busySince = System.nanoTime();
                workOnce();
            }
        } finally {
            busySince = 0;
            share.leave();
        }
    }

    private void workOnce() {
        try {
            takeOrders();
            errandIsNext = !errandIsNext;
            var worked = errandIsNext ? errand() || turn() : turn() || errand();
            if (!worked && !isIdle()) {
                throw new IllegalStateException("nothing in the slot can go on");
            }
        } catch (RuntimeException | Error e) {
            LOG.error("A slot failed at what it was doing, and goes on with new requests", e);
            base.failAll(e);
            adapted.failAll(e);
        }
    }

    private boolean isIdle() {
        return errands.isEmpty() && base.isIdle() && adapted.isIdle();
    }

    private void takeOrders() {
        for (var order = orders.poll(); order != null; order = orders.poll()) {
            take(order);
        }
        base.dropCancelled();
        adapted.dropCancelled();
        while (!errands.isEmpty() && errands.element().cancellation.isRequested()) {
            errands.remove().done.completeExceptionally(new CancelledException());
        }
        // While an errand waits for room, nobody takes it away.
        if (errands.isEmpty() || hasRoom(errands.element())) {
            base.admit();
            adapted.admit();
        }
    }

    private void take(Order order) {
        switch (order) {
            case Write write -> lane(write.writing.weights()).add(write.writing, fairShare);
            case Job<?> errand -> errands.add(errand);
            case Stop stop -> stopping = true;
        }
    }

    private ContextScheduler lane(Optional<ScaledAdapter> weights) {
        return weights.isPresent() ? adapted : base;
    }

    private boolean errand() {
        if (errands.isEmpty() || !hasRoom(errands.element())) {
            return false;
        }
        shareThreads();
        computed(errands.remove().run());
        return true;
    }

    private boolean hasRoom(Job<?> errand) {
        return base.makeRoom(errand.baseCells) && adapted.makeRoom(errand.adaptedCells);
    }

    /// A turn of the group that has had the least time, with as many others as its lane decodes together.
    private boolean turn() {
        var next = runnable().min(LEAST_TIME);
        next.ifPresent(group -> {
            var lane = lane(group.weights());
            turn(lane, lane.together(group, runnable(lane).sorted(LEAST_TIME).toList()));
        });
        return next.isPresent();
    }

    private Stream<Group> runnable() {
        return Stream.concat(runnable(base), runnable(adapted));
    }

    private static Stream<Group> runnable(ContextScheduler lane) {
        return lane.groups().stream().filter(Group::isRunnable);
    }

    private void turn(ContextScheduler lane, List<Group> batch) {
        var start = System.nanoTime();
        var waiting = runnable().count() - batch.size();
        use(lane, batch);
        do {
            busySince = System.nanoTime();
            shareThreads();
            computed(lane.step(batch));
            takeOrders();
        } while (batch.stream().allMatch(Group::isRunnable)
                && (areAlone(batch) || System.nanoTime() - start < turnNanos));
        var nanos = System.nanoTime() - start;
        batch.forEach(group -> group.used(nanos));
        fairShare += nanos * batch.size() / (batch.size() + waiting);
    }

    /// Whether nobody else waits for a turn.
    private boolean areAlone(List<Group> batch) {
        return errands.isEmpty() && runnable().allMatch(batch::contains);
    }

    private void use(ContextScheduler lane, List<Group> batch) {
        var start = System.nanoTime();
        var first = batch.stream()
                .flatMap(group -> group.writings().stream())
                .filter(DecodeRequest::isNew)
                .findFirst();
        if (first.isPresent() && first.get().weights().isPresent()) {
            try (var _ = first.get().trace().makeCurrent()) {
                Traces.span("apply", () -> {
                    lane.use(batch);
                    return batch;
                });
            }
        } else {
            lane.use(batch);
        }
        var nanos = System.nanoTime() - start;
        batch.stream()
                .filter(group -> group.weights().isPresent())
                .flatMap(group -> group.writings().stream())
                .forEach(writing -> writing.applied(nanos));
    }

    private void shareThreads() {
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
