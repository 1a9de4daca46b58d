package dev.icmlora.engine;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// A native object that a thread of its own opens, while the start does what does not need it yet. Owns the object.
final class Opening<T extends AutoCloseable> implements AutoCloseable {

    private final CompletableFuture<T> opened;

    private Opening(CompletableFuture<T> opened) {
        this.opened = opened;
    }

    /// @param name of the thread
    static <T extends AutoCloseable> Opening<T> begin(String name, Supplier<T> open) {
        return new Opening<>(CompletableFuture.supplyAsync(
                open, task -> Thread.ofPlatform().name(name).start(task)));
    }

    /// Waits until it is open.
    ///
    /// @throws java.util.concurrent.CompletionException with what opening it failed with
    T get() {
        return opened.join();
    }

    /// Waits too: nothing is left open when a start fails elsewhere. Idempotent, if what it opened is.
    @Override
    public void close() {
        close(opened.exceptionally(failure -> null).join());
    }

    private static void close(AutoCloseable open) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("a native handle did not close", e);
        }
    }
}
