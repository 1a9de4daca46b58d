package dev.icmlora.trainer.tasks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.function.Consumer;

import dev.icmlora.trainer.tasks.TaskRunner.Work;

/// A task on its way to where it is worked on.
///
/// @param name says which it was, if it fails
public record NamedTask<T>(String name, T task) implements Serializable {

    /// Works on tasks.
    ///
    /// @throws IOException that names the task that failed
    /// @throws InterruptedIOException if this thread is interrupted, or its process was asked to stop
    public static <T, R> void each(Iterator<NamedTask<T>> tasks, Work<T, R> work, Consumer<R> done) throws IOException {
        String[] last = {"before the first task"};
        Iterator<T> unnamed = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return tasks.hasNext();
            }

            @Override
            public T next() {
                NamedTask<T> next = tasks.next();
                last[0] = next.name;
                return next.task;
            }
        };
        try {
            work.on(unnamed, done);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted at " + last[0]);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new IOException(last[0] + ": " + (e.getMessage() == null ? e : e.getMessage()), e);
        }
    }
}
