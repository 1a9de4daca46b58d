package dev.icmlora.generator.adapter;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

/// What work takes of the heap, whether or not it keeps it.
public final class Allocation {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /// Bytes that the caller's thread allocates within some work.
    public static long bytes(Runnable work) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
