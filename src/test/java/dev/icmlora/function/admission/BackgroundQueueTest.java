package dev.icmlora.function.admission;

import static dev.icmlora.function.access.Caller.TokenAccount.unlimited;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import dev.icmlora.function.Eventually;

/// Whose work comes next, by a clock that tells what the test says.
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class BackgroundQueueTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final Admission admission = new Admission(300, 4, IntUnaryOperator.identity());
    private final AtomicLong now = new AtomicLong();
    /// Callers of what was done.
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void everythingEnds() {
        gate.countDown();
        admission.close();
    }

    private BackgroundQueue queue(Duration turn) {
        return new BackgroundQueue(admission, all -> Math.max(1, all / 2), turn, now::get);
    }

    @Test
    void nextIsTheCallerThatHadLeast() {
        var queue = queue(LONG);
        ask(queue, "alice", "alice 0", 1, true, _ -> holdUp());
        await(begun);
        for (var i = 1; i < 4; i++) {
            ask(queue, "alice", "alice " + i, 1);
        }
        ask(queue, "bob", "bob 0", 4);
        ask(queue, "bob", "bob 1", 4);

        Eventually.until(() -> queue.waiting() == 5);
        gate.countDown();

        Eventually.until(() -> done.size() == 6);
        assertThat(done).containsExactly("alice", "bob", "alice", "alice", "alice", "bob");
    }

    /// One that comes again and again has had what it had.
    @Test
    void whoAsksAgainAfterEachPieceKeepsNoOtherWaiting() {
        var queue = queue(LONG);
        ask(queue, "alice", "alice 0", 1, true, _ -> holdUp());
        await(begun);
        ask(queue, "alice", "alice 1", 1);
        ask(queue, "alice", "alice 2", 1);
        ask(queue, "bob", "bob 0", 1, true, _ -> {
            ask(queue, "bob", "bob 1", 1);
            Eventually.until(() -> queue.waiting() == 3);
        });

        Eventually.until(() -> queue.waiting() == 3);
        gate.countDown();

        Eventually.until(() -> done.size() == 5);
        assertThat(done).containsExactly("alice", "bob", "alice", "bob", "alice");
    }

    @Test
    void workEndsOnceItHadItsTurnAndAnotherCallerWaits() {
        var queue = queue(Duration.ZERO);
        var alone = new AtomicBoolean(true);
        ask(queue, "alice", "alice 0", 1, true, turn -> {
            ask(queue, "alice", "alice 1", 1);
            Eventually.until(() -> queue.waiting() == 1);
            alone.set(turn.cancellation().isShortOfTime());
            ask(queue, "bob", "bob 0", 1);
            Eventually.until(() -> turn.cancellation().isShortOfTime());
        });

        Eventually.until(() -> done.size() == 3);
        assertThat(alone).isFalse();
        assertThat(done).containsExactly("alice", "bob", "alice");
    }

    @Test
    void oneCallerHasFewPiecesAndLeavesRoomToOthers() {
        var queue = queue(LONG);

        var ofAlice = IntStream.range(0, 20)
                .filter(i -> ask(queue, "alice", "alice " + i, 1, true, _ -> holdUp()))
                .count();

        assertThat(ofAlice).isEqualTo(8);
        assertThat(ask(queue, "alice", "alice 0", 1)).isTrue();
        assertThat(IntStream.range(0, 10)).allMatch(i -> ask(queue, "caller " + i, "piece " + i, 1));
    }

    @Test
    void workOfARequestWithoutItsAnswerKeepsNoOtherWaiting() {
        var queue = queue(LONG);

        ask(queue, "alice", "never", 1, false, _ -> {});
        ask(queue, "alice", "alice", 1);

        Eventually.until(() -> done.equals(List.of("alice")));
    }

    private boolean ask(BackgroundQueue queue, String caller, String name, int takes) {
        return ask(queue, caller, name, takes, true, _ -> {});
    }

    /// @param takes by the test's clock
    private boolean ask(
            BackgroundQueue queue, String caller, String name, int takes, boolean isAnswered, Consumer<Turn> work) {
        var request = new Turn(admission, unlimited(caller), LONG, false);
        if (isAnswered) {
            request.cancellation().request();
        }
        return queue.later(name, request, LONG, turn -> {
            work.accept(turn);
            now.addAndGet(takes);
            done.add(caller);
        });
    }

    private void holdUp() {
        begun.countDown();
        await(gate);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
