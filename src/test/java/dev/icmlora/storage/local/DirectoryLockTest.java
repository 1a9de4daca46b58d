package dev.icmlora.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

    @TempDir
    Path folder;

    @Test
    void whoeverFindsItLockedForTooLongGivesUpAndDoesNothing() throws IOException {
        var path = folder.resolve("lock");
        var lock = new DirectoryLock(path, Duration.ofMillis(100));
        var done = new AtomicInteger();
        try (var other = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = other.lock()) {
            assertThatIOException()
                    .isThrownBy(() -> lock.exclusively(done::incrementAndGet))
                    .withMessageContaining("others keep " + path + " locked");
            assertThat(done).hasValue(0);
        }

        lock.exclusively(done::incrementAndGet);
        assertThat(done).hasValue(1);
    }
}
