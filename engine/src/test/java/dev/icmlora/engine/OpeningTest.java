package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class OpeningTest {

    /// Counts how often it is closed.
    private static final class Counted implements AutoCloseable {
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    @Test
    void anotherThreadOpensIt() {
        var threads = new CompletableFuture<String>();
        var opened = new Counted();
        try (var opening = Opening.begin("states-1", () -> {
            threads.complete(Thread.currentThread().getName());
            return opened;
        })) {
            assertThat(opening.get()).isSameAs(opened);
            assertThat(threads.join()).isEqualTo("states-1");
            assertThat(opened.closed).hasValue(0);
        }
        assertThat(opened.closed).hasValue(1);
    }

    @Test
    void itsFailureIsThatOfTheStart() {
        var failure = new IllegalStateException("no memory");
        try (var opening = Opening.<Counted>begin("states-1", () -> {
            throw failure;
        })) {
            assertThatThrownBy(opening::get).hasCause(failure);
        }
    }

    @Test
    void whatIsStillOpeningIsClosedToo() {
        var opened = new Counted();
        var go = new CountDownLatch(1);
        var opening = Opening.begin("states-1", () -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return opened;
        });
        var closing = CompletableFuture.runAsync(opening::close);
        assertThat(closing).isNotDone();
        go.countDown();
        closing.join();
        assertThat(opened.closed).hasValue(1);
    }
}
