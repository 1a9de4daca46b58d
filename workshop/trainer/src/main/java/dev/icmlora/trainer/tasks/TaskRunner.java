package dev.icmlora.trainer.tasks;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Function;

/// Does the same work for each of some tasks, in this process or on a cluster. What comes of a task depends on nothing
/// but the task, so it is the same either way.
public interface TaskRunner {

    /// Work on tasks, one after the other. It is sent to where it is done, and opens there what cannot be sent.
    ///
    /// @param <T> a task, which is sent too
    /// @param <R> what comes of it, which is sent back
    @FunctionalInterface
    interface Work<T, R> extends Serializable {

        /// @param tasks of which the next is asked for when one is done
        /// @param done takes what came of each
        /// @throws java.io.InterruptedIOException if its process was asked to stop
        void on(Iterator<T> tasks, Consumer<R> done) throws IOException, InterruptedException;
    }

    /// Makes runners on clusters: a service, so that it need not be on the class path.
    interface Cluster {

        /// @param master as Spark calls it, such as `spark://HOST:7077` or `local[2]`
        TaskRunner at(String master);
    }

    /// @param what is done, for who watches
    /// @param name of a task, which is named where it fails
    /// @param results takes what came of each task, in their order
    /// @throws IOException that names the task, where one fails; what others have written is kept
    /// @throws java.io.InterruptedIOException if this process, or one that works on it, was asked to stop
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

    /// On a cluster.
    ///
    /// @param master as Spark calls it
    /// @throws IllegalArgumentException if there is no Spark
    static TaskRunner on(String master) {
        return ServiceLoader.load(Cluster.class)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no Spark on the class path for --spark "
                        + master + ": scripts/icm-lora brings it along"))
                .at(master);
    }
}
