package dev.icmlora.trainer.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.trainer.tasks.TaskRunner.Work;

class InProcessTest {
    private static final List<Integer> TASKS = IntStream.range(0, 20).boxed().toList();

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 50})
    void resultsComeInTheOrderOfTheTasks(int threads) throws IOException {
        List<Integer> squares = new InProcess(threads).run("squares", TASKS, String::valueOf, task -> task * task);

        assertThat(squares).isEqualTo(TASKS.stream().map(task -> task * task).toList());
    }

    @Test
    void oneThreadIsTheCallersAndGivesEachResultBeforeTheNextTask() throws IOException {
        List<Object> seen = new ArrayList<>();

        new InProcess(1)
                .run(
                        "tasks",
                        List.of(1, 2),
                        String::valueOf,
                        task -> {
                            seen.add("task " + task);
                            return Thread.currentThread();
                        },
                        seen::add);

        assertThat(seen).containsExactly("task 1", Thread.currentThread(), "task 2", Thread.currentThread());
    }

    @Test
    void severalTasksAreWorkedOnAtATime() throws IOException {
        CountDownLatch both = new CountDownLatch(2);

        List<Boolean> met = new InProcess(2).run("meeting", List.of(1, 2), String::valueOf, _ -> {
            both.countDown();
            return meets(both);
        });

        assertThat(met).containsExactly(true, true);
    }

    private static boolean meets(CountDownLatch both) {
        try {
            return both.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aTaskThatFailsIsNamedAndThoseBeforeItAreKnown(int threads) {
        List<Integer> known = new ArrayList<>();
        Set<Integer> begun = ConcurrentHashMap.newKeySet();
        Work<Integer, Integer> work = task -> {
            begun.add(task);
            if (task == 5) {
                throw new IllegalStateException("no room");
            }
            return task;
        };

        assertThatIOException()
                .isThrownBy(() -> new InProcess(threads).run("tasks", TASKS, task -> "task " + task, work, known::add))
                .withMessage("task 5: no room");

        assertThat(known).containsExactly(0, 1, 2, 3, 4);
        if (threads == 1) {
            assertThat(begun).hasSize(6);
        }
    }

    @Test
    void aStopIsNoFailureOfATask() {
        assertThatThrownBy(() -> new InProcess(1).run("tasks", TASKS, String::valueOf, _ -> {
                    throw new InterruptedIOException("stopped");
                }))
                .isExactlyInstanceOf(InterruptedIOException.class)
                .hasMessage("stopped");
    }

    @Test
    void aMasterWithoutSparkIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskRunner.on("local[2]"))
                .withMessageContaining("no Spark on the class path for --spark local[2]");
    }
}
