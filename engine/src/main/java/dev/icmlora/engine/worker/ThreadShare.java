package dev.icmlora.engine.worker;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

import com.sun.management.OperatingSystemMXBean;

/// The processors, shared by the workers that have something to do. Threads of one computation wait for each
/// other and spin meanwhile, so more of them than processors cost more than they bring.
public final class ThreadShare {

    private final int threads;
    private final AtomicInteger busy = new AtomicInteger();
    private volatile long single;

    /// @param threads of all workers together
    public ThreadShare(int threads) {
        this.threads = threads;
        this.single = System.nanoTime();
    }

    void enter() {
        busy.incrementAndGet();
    }

    void leave() {
        busy.decrementAndGet();
    }

    /// Workers with something to do.
    public int busy() {
        return busy.get();
    }

    /// Has every worker compute with one thread, from its next time slice on: while other work takes the processors.
    public void single(Duration next) {
        single = System.nanoTime() + next.toNanos();
    }

    /// Threads of all workers together.
    int threads() {
        return threads;
    }

    /// Threads for one of them.
    public int each() {
        return singleFor().isPositive() ? 1 : Math.max(1, threads / Math.max(1, busy.get()));
    }

    /// How long every worker goes on with one thread; not positive where none has to.
    Duration singleFor() {
        return Duration.ofNanos(single - System.nanoTime());
    }

    /// Notices when other processes take the processors of a worker's computations, and has them make do with one
    /// thread.
    ///
    /// The threads of a computation wait for each other at every node of its graph. One that loses its processor
    /// holds up the others for as long, and a tuning step has some thousand nodes. A single thread only goes on
    /// later. As long as the processors are taken, trying all threads again would cost what the single thread
    /// saves: prompts that take half a second were seen to take four.
    ///
    /// Belongs to the worker's thread.
    static final class CpuContention {

        /// How long a thread is watched before it is judged.
        private static final Duration WINDOW = Duration.ofMillis(200);

        /// Least share of the time that a thread must have its processor. One other process on two processors leaves
        /// two threads two thirds; reading requests and sending texts leave nine tenths.
        private static final double LEAST_SHARE = 0.7;

        /// How long one thread computes before all are tried again where a processor is free, at first and at most:
        /// every trial costs time.
        private static final Duration FIRST = Duration.ofSeconds(1);

        private static final Duration LONGEST = Duration.ofSeconds(16);

        private final ThreadShare share;
        private final LongSupplier clock;
        private final LongSupplier processorTime;
        private final DoubleSupplier free;
        private long askedFree;
        private long since;
        private long processorTimeSince;
        /// What was computed by several threads and not judged yet: how long that took, and how long of it this one had
        /// a processor.
        private long took;
        private long had;
        private Duration next = FIRST;

        CpuContention(ThreadShare share) {
            this(share, System::nanoTime, processorTime(), free());
        }

        /// Processors without work since this was asked last, by the whole machine or the container's limits; where
        /// that is not known, all.
        private static DoubleSupplier free() {
            var processors = Runtime.getRuntime().availableProcessors();
            return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                    ? () -> processors * (1 - Math.max(0, system.getCpuLoad()))
                    : () -> processors;
        }

        /// Where it is not known, as if no other process took the processor.
        private static LongSupplier processorTime() {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            return threads.isCurrentThreadCpuTimeSupported() ? threads::getCurrentThreadCpuTime : System::nanoTime;
        }

        /// @param clock in nanoseconds
        /// @param processorTime that the calling thread has had, in nanoseconds
        /// @param free processors without work since it was asked last
        CpuContention(ThreadShare share, LongSupplier clock, LongSupplier processorTime, DoubleSupplier free) {
            this.share = share;
            this.clock = clock;
            this.processorTime = processorTime;
            this.free = free;
        }

        /// The worker has something to do, and does not wait for anything from now on.
        void begin() {
            since = clock.getAsLong();
            processorTimeSince = processorTime.getAsLong();
        }

        /// The worker computed since one of these was called last.
        ///
        /// @param threads that computed
        void computed(int threads) {
            long began = since;
            long hadBefore = processorTimeSince;
            begin();
            if (threads == 1) {
                goOnWithOne();
                return;
            }
            took += since - began;
            had += processorTimeSince - hadBefore;
            if (took >= WINDOW.toNanos()) {
                judge((double) had / took);
                took = 0;
                had = 0;
            }
        }

        /// While all threads would not have their share of what is free and of this one's processor, this one goes on
        /// alone.
        private void goOnWithOne() {
            var left = share.singleFor();
            var aTrialFailed = next.compareTo(FIRST) > 0;
            if (aTrialFailed && left.isPositive() && since - askedFree >= WINDOW.toNanos()) {
                askedFree = since;
                if (1 + free.getAsDouble() < LEAST_SHARE * share.threads() && left.compareTo(FIRST) < 0) {
                    share.single(FIRST);
                }
            }
        }

        private void judge(double shareOfTime) {
            if (shareOfTime < LEAST_SHARE) {
                share.single(next);
                next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
            } else {
                next = FIRST;
            }
        }
    }
}
