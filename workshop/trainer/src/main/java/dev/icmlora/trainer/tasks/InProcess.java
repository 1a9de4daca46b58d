package dev.icmlora.trainer.tasks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

import me.tongfei.progressbar.ProgressBar;

/// Runs tasks in this process: on the calling thread, or on some threads.
///
/// @param threads that each take the next task when they are through with one
public record InProcess(int threads) implements TaskRunner {

    @Override
    public <T, R> void run(
            String what, List<T> tasks, Function<? super T, String> name, Work<T, R> work, Consumer<? super R> results)
            throws IOException {
        if (tasks.isEmpty()) {
            return;
        }
        try (ProgressBar bar = new ProgressBar(what, tasks.size())) {
            Run<T, R> run = new Run<>(tasks, name, results, bar);
            if (threads == 1) {
                run.new Hand().work(work);
                return;
            }
            try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
                List<Future<?>> hands = new ArrayList<>();
                for (int i = 0; i < Math.min(threads, tasks.size()); i++) {
                    hands.add(pool.submit(() -> {
                        run.new Hand().work(work);
                        return null;
                    }));
                }
                for (Future<?> hand : hands) {
                    hand.get();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted: " + what);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        }
    }

    /// What some threads work on together.
    private static final class Run<T, R> {
        private final List<T> tasks;
        private final Function<? super T, String> name;
        private final Consumer<? super R> results;
        private final ProgressBar bar;
        private final List<R> done;
        private final boolean[] isDone;
        private int taken;
        private int given;
        private boolean failed;

        Run(List<T> tasks, Function<? super T, String> name, Consumer<? super R> results, ProgressBar bar) {
            this.tasks = tasks;
            this.name = name;
            this.results = results;
            this.bar = bar;
            this.done = new ArrayList<>(Collections.nCopies(tasks.size(), null));
            this.isDone = new boolean[tasks.size()];
        }

        /// @return the place of a task that none has taken yet; after the last one where there is none, or one failed
        private synchronized int take() {
            return failed || taken == tasks.size() ? tasks.size() : taken++;
        }

        /// Gives on what is done without a gap from the first task on.
        private synchronized void put(int place, R result) {
            done.set(place, result);
            isDone[place] = true;
            bar.step();
            for (; given < isDone.length && isDone[given]; given++) {
                results.accept(done.set(given, null));
            }
        }

        private synchronized void fail() {
            failed = true;
        }

        /// One of the threads.
        private final class Hand implements Iterator<NamedTask<T>> {
            private static final int NONE = -1;

            private int next = NONE;
            private int doing;

            void work(Work<T, R> work) throws IOException {
                try {
                    NamedTask.each(this, work, result -> put(doing, result));
                } catch (IOException | RuntimeException | Error e) {
                    fail();
                    throw e;
                }
            }

            @Override
            public boolean hasNext() {
                if (next == NONE) {
                    next = take();
                }
                return next < tasks.size();
            }

            @Override
            public NamedTask<T> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                doing = next;
                next = NONE;
                T task = tasks.get(doing);
                return new NamedTask<>(name.apply(task), task);
            }
        }
    }
}
