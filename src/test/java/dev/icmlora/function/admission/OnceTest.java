package dev.icmlora.function.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;

@Timeout(value = 10, threadMode = ThreadMode.SEPARATE_THREAD)
class OnceTest {

    private final Once<String, Integer> once = new Once<>();
    private final Map<String, Integer> made = new ConcurrentHashMap<>();
    private final AtomicInteger makings = new AtomicInteger();

    @Test
    void whatManyAskForAtTheSameTimeIsMadeOnce() throws Exception {
        var gate = new CountDownLatch(1);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 20)
                    .mapToObj(i -> clients.submit(() -> ask("red", () -> {
                        gate.await();
                        return makings.incrementAndGet();
                    })))
                    .toList();
            gate.countDown();
            for (var answer : answers) {
                assertThat(answer.get()).isEqualTo(1);
            }
        }
        assertThat(makings).hasValue(1);
        assertThat(ask("green", makings::incrementAndGet)).isEqualTo(2);
    }

    @Test
    void ifTheFirstFailsTheNextMakesIt() throws Exception {
        var begun = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = clients.submit(() -> ask("red", () -> {
                begun.countDown();
                gate.await();
                throw new CancelledException();
            }));
            begun.await();
            var next = clients.submit(() -> ask("red", makings::incrementAndGet));
            gate.countDown();

            assertThatThrownBy(first::get).hasCauseInstanceOf(CancelledException.class);
            assertThat(next.get()).isEqualTo(1);
        }
    }

    @Test
    void whoeverIsImpatientGetsNothingWhileAnotherMakesIt() throws Exception {
        whileAnotherMakesIt(() -> assertThat(
                        once.of("red", Optional::empty, makings::incrementAndGet, new Cancellation(), () -> true))
                .isEmpty());
    }

    @Test
    void whoeverLeavesWhileAnotherMakesItNeedNotWait() throws Exception {
        var left = new Cancellation();
        left.request();

        whileAnotherMakesIt(() -> assertThatThrownBy(() -> once.of("red", Optional::empty, () -> 0, left))
                .isInstanceOf(CancelledException.class));
    }

    private void whileAnotherMakesIt(Runnable check) throws Exception {
        var begun = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = clients.submit(() -> ask("red", () -> {
                begun.countDown();
                gate.await();
                return makings.incrementAndGet();
            }));
            begun.await();

            check.run();

            gate.countDown();
            assertThat(first.get()).isEqualTo(1);
        }
    }

    private Integer ask(String key, Callable<Integer> make) {
        Supplier<Integer> making = () -> {
            try {
                var value = make.call();
                made.put(key, value);
                return value;
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };
        return once.of(key, () -> Optional.ofNullable(made.get(key)), making, new Cancellation());
    }
}
