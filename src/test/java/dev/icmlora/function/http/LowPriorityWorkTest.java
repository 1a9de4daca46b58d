package dev.icmlora.function.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class LowPriorityWorkTest {

    private final AtomicBoolean isAnswering = new AtomicBoolean(true);
    private final LowPriorityWork lowPriority = new LowPriorityWork(all -> all, isAnswering::get);

    /// From one time to the other, in nanoseconds.
    private record Piece(long start, long end) {}

    private Piece work(Duration length) {
        return lowPriority.work(() -> {
            var start = System.nanoTime();
            while (System.nanoTime() - start < length.toNanos()) {
                Thread.onSpinWait();
            }
            return new Piece(start, System.nanoTime());
        });
    }

    private List<Piece> crowd(int pieces) {
        var done = Collections.synchronizedList(new ArrayList<Piece>());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < pieces; i++) {
                threads.execute(() -> done.add(work(Duration.ofMillis(20))));
            }
        }
        return done;
    }

    @Test
    void aCrowdWorksOneAtATimeAndAQuarterOfTheTimeWhileRequestsAreAnswered() {
        var done = crowd(4);

        assertThat(done).hasSize(4);
        for (var i = 1; i < done.size(); i++) {
            var before = done.get(i - 1);
            assertThat(done.get(i).start() - before.end()).isGreaterThanOrEqualTo(3 * (before.end() - before.start()));
        }
    }

    @Test
    void itDoesNotRestWhileNoRequestIsAnswered() {
        isAnswering.set(false);

        var first = work(Duration.ofMillis(400));
        var second = work(Duration.ZERO);

        assertThat(second.start() - first.end()).isBetween(0L, 3 * (first.end() - first.start()));
    }

    @Test
    void whatFailsLetsTheNextOneWork() {
        var worked = new AtomicInteger();
        assertThatThrownBy(() -> lowPriority.work(() -> {
                    throw new IllegalArgumentException("a damaged file");
                }))
                .hasMessage("a damaged file");

        assertThat(lowPriority.work(worked::incrementAndGet)).isOne();
    }
}
