package dev.icmlora.commands.options;

import picocli.CommandLine.Option;

import dev.icmlora.trainer.tasks.InProcess;
import dev.icmlora.trainer.tasks.TaskRunner;

/// The option for a cluster that works on the tasks.
public final class SparkOption {
    @Option(
            names = "--spark",
            paramLabel = "MASTER",
            description =
                    "Work on the tasks by Spark: spark://HOST:7077 for a cluster, local[2] for two at a time in this"
                            + " process (default: without Spark).")
    private String master;

    /// @param threads that each take a task in this process, without Spark
    public TaskRunner runner(int threads) {
        return master == null ? new InProcess(threads) : TaskRunner.on(master);
    }

    /// Threads that compute for a task: a task of Spark has one core, else there is one task at a time.
    public int threadsOfATask() {
        return master == null ? Runtime.getRuntime().availableProcessors() : 1;
    }
}
