package dev.icmlora.trainer.tasks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Function;

/// Does the same work for each of some tasks, in this process or on Spark. What comes of a task depends on nothing
/// but the task, so it is the same either way. Work may hold its runner, so a runner can be sent too.
public interface TaskRunner extends Serializable {

    /// What is done for a task. It is sent to where it is done, and opens there what cannot be sent.
    ///
    /// @param <T> a task, which is sent too
    /// @param <R> what comes of it, which is sent back
    @FunctionalInterface
    interface Work<T, R> extends Serializable {

        /// @throws InterruptedIOException if its process was asked to stop
        R on(T task) throws IOException;

        /// @throws IOException that names the task that failed, without a cause: its class may not be known elsewhere
        default R on(String name, T task) throws IOException {
            try {
                return on(task);
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                IOException failure = new IOException(name + ": " + (e.getMessage() == null ? e : e.getMessage()));
                failure.setStackTrace(e.getStackTrace());
                throw failure;
            }
        }
    }

    /// @param what is done, for who watches
    /// @param name of a task, which is named where it fails
    /// @param results takes what came of each task, in their order
    /// @throws IOException that names the task, where one fails; what others have written is kept
    /// @throws InterruptedIOException if this process, or one that works on a task, was asked to stop
    <T, R> void run(
            String what, List<T> tasks, Function<? super T, String> name, Work<T, R> work, Consumer<? super R> results)
            throws IOException;

    /// The same, with what came of each task in their order.
    default <T, R> List<R> run(String what, List<T> tasks, Function<? super T, String> name, Work<T, R> work)
            throws IOException {
        List<R> results = new ArrayList<>();
        run(what, tasks, name, work, results::add);
        return results;
    }

    /// On Spark, which need not be on the class path: a service.
    ///
    /// @param master as Spark calls it, such as `spark://HOST:7077` or `local[2]`; a process has one
    /// @throws IllegalArgumentException if there is no Spark
    static TaskRunner on(String master) {
        System.setProperty("spark.master", master);
        return ServiceLoader.load(TaskRunner.class)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no Spark on the class path for --spark "
                        + master + ": scripts/icm-lora brings it along"));
    }
}
