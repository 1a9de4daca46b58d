package dev.icmlora.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/// Handles that live until the function stops, closed in the reverse of the order in which they were opened.
final class NativeHandles implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    <T extends AutoCloseable> T own(T handle) {
        open.push(handle);
        return handle;
    }

    /// Closes every handle, also when closing one fails; throws the first failure.
    @Override
    public void close() {
        RuntimeException first = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                first = first == null ? new IllegalStateException("a native handle did not close", e) : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
