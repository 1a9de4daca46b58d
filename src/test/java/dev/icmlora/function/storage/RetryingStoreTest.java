package dev.icmlora.function.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.Eventually;

class RetryingStoreTest {

    private static final int CALLERS = 200;

    /// The threads that wait are those that answer requests which need no store.
    @Test
    void aStoreThatHangsKeepsFewCallersWaiting() throws Exception {
        var hanging = new Hanging();
        var store = new RetryingStore(hanging, Duration.ofSeconds(5), 32);
        var refused = new AtomicInteger();
        var served = new AtomicInteger();
        var callers = IntStream.range(0, CALLERS)
                .mapToObj(i -> Thread.startVirtualThread(() -> {
                    try {
                        store.list("x");
                        served.incrementAndGet();
                    } catch (StorageUnavailableException e) {
                        refused.incrementAndGet();
                    }
                }))
                .toList();

        Eventually.until(() -> refused.get() >= CALLERS * 3 / 4);
        hanging.answers.countDown();
        for (var caller : callers) {
            caller.join();
        }

        assertThat(served.get()).isPositive().isEqualTo(CALLERS - refused.get());
        assertThat(store.list("x")).isEmpty();
    }

    private static final class Hanging implements ObjectStore {

        private final CountDownLatch answers = new CountDownLatch(1);

        @Override
        public List<StoredObject> list(String prefix) {
            try {
                answers.await();
                return List.of();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Optional<StoredObject> find(String key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public InputStream read(StoredObject object) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(String key) {
            throw new UnsupportedOperationException();
        }
    }
}
