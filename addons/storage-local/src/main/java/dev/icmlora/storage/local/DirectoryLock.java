package dev.icmlora.storage.local;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// A lock of a directory, for the threads of this process and for other processes. A writer that waits gives up
/// after a while, since a process may be stopped while it has the lock. Thread-safe.
final class DirectoryLock {

    private static final Duration PAUSE = Duration.ofMillis(2);

    private final Path path;
    private final Duration patience;
    /// File locks are per process: inside it, this one stands before them.
    private final ReentrantLock inside = new ReentrantLock();

    /// @param path of a file that is made where it is not there; the folder must be
    /// @param patience how long one waits for others
    DirectoryLock(Path path, Duration patience) {
        this.path = path;
        this.patience = patience;
    }

    interface FileWork {
        void run() throws IOException;
    }

    /// @throws IOException from the work, or if others keep the lock for too long; nothing was done then
    void exclusively(FileWork work) throws IOException {
        var end = System.nanoTime() + patience.toNanos();
        try {
            if (!inside.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException("others keep " + path + " locked");
            }
            try (var file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = lock(file, end)) {
                work.run();
            } finally {
                inside.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while others kept " + path + " locked");
        }
    }

    private FileLock lock(FileChannel file, long end) throws IOException, InterruptedException {
        for (var lock = tried(file); ; lock = tried(file)) {
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - end >= 0) {
                throw new IOException("others keep " + path + " locked");
            }
            Thread.sleep(PAUSE);
        }
    }

    private static FileLock tried(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            // This process knows the directory by another path too.
            return null;
        }
    }
}
