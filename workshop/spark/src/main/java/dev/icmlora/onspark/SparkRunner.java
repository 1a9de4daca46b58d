package dev.icmlora.onspark;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import org.apache.spark.api.java.JavaSparkContext;

import dev.icmlora.trainer.tasks.NamedTask;
import dev.icmlora.trainer.tasks.TaskRunner;

/// Runs tasks on the executors of Spark. Results come when all are done.
record SparkRunner(JavaSparkContext spark) implements TaskRunner {
    /// Parts of the tasks for each core: what a part opens serves several tasks, and who is early takes another part.
    private static final int PARTS_OF_A_CORE = 4;

    @Override
    public <T, R> void run(
            String what, List<T> tasks, Function<? super T, String> name, Work<T, R> work, Consumer<? super R> results)
            throws IOException {
        if (tasks.isEmpty()) {
            return;
        }
        List<NamedTask<T>> named = tasks.stream()
                .map(task -> new NamedTask<T>(name.apply(task), task))
                .toList();
        int parts = Math.min(named.size(), PARTS_OF_A_CORE * spark.defaultParallelism());
        spark.sc().setJobDescription(what);
        List<R> done;
        try {
            done = spark.parallelize(named, parts)
                    .mapPartitions(part -> done(part, work))
                    .collect();
        } catch (Exception e) {
            // Scala declares none, and Spark says what failed below its own account of it.
            throw e.getCause() instanceof IOException failure
                    ? failure
                    : new IOException(what + ": " + e.getMessage(), e);
        }
        done.forEach(results);
    }

    private static <T, R> Iterator<R> done(Iterator<NamedTask<T>> part, Work<T, R> work) throws IOException {
        List<R> results = new ArrayList<>();
        try {
            NamedTask.each(part, work, results::add);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // The driver may not know the class of the cause.
            IOException sent = new IOException(e.getMessage());
            sent.setStackTrace(e.getCause().getStackTrace());
            throw sent;
        }
        return results.iterator();
    }
}
