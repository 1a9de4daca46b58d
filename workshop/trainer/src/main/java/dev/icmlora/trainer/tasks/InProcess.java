package dev.icmlora.trainer.tasks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future.State;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Function;

import me.tongfei.progressbar.ProgressBar;

/// Runs tasks in this process: on the calling thread, or on some threads. After a failure no further task is begun.
///
/// @param threads that each take the next task when they are through with one
public record InProcess(int threads) implements TaskRunner {

    @Override
    public <T, R> void run(
            String what, List<T> tasks, Function<? super T, String> name, Work<T, R> work, Consumer<? super R> results)
            throws IOException {
        List<FutureTask<R>> all = tasks.stream()
                .map(task -> new FutureTask<R>(() -> work.on(name.apply(task), task)))
                .toList();
        Queue<FutureTask<R>> left = new ConcurrentLinkedQueue<>(all);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads);
                ProgressBar bar = new ProgressBar(what, tasks.size())) {
            for (int thread = 0; threads > 1 && thread < threads; thread++) {
                pool.execute(() -> work(left));
            }
            try {
                for (FutureTask<R> task : all) {
                    if (threads == 1) {
                        task.run();
                    }
                    results.accept(task.get());
                    bar.step();
                }
            } finally {
                left.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted: " + what);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    private static <R> void work(Queue<FutureTask<R>> left) {
        for (FutureTask<R> task = left.poll(); task != null; task = left.poll()) {
            task.run();
            if (task.state() == State.FAILED) {
                left.clear();
            }
        }
    }
}
