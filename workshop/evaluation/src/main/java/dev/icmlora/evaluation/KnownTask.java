package dev.icmlora.evaluation;

import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.tasks.suite.SuiteTask;

/// A task with its vector, standardised as the generator does it, and its latent.
///
/// @param task of the suite
/// @param group how the generator knows it
/// @param vector standardised
/// @param latent mean of the prior
record KnownTask(SuiteTask task, TaskResult.Group group, float[] vector, float[] latent) {

    /// The task stated with its first description and first examples.
    static KnownTask of(Evaluation.Subject subject, ControlBench bench) {
        SuiteTask task = subject.task();
        int examples = Math.min(Condition.EXAMPLES, task.train().size());
        return of(subject, new Task(task.descriptions().getFirst(), task.train().subList(0, examples)), bench);
    }

    /// The task as it is stated.
    static KnownTask of(Evaluation.Subject subject, Task stated, ControlBench bench) {
        Standardization statistics = bench.file().statistics();
        TaskVector vector = bench.vector(stated);
        return new KnownTask(subject.task(), subject.group(), statistics.apply(vector), bench.latent(vector));
    }

    /// Squared distance between the vectors.
    double distance(KnownTask other) {
        double sum = 0;
        for (int i = 0; i < vector.length; i++) {
            double difference = vector[i] - other.vector[i];
            sum += difference * difference;
        }
        return sum;
    }
}
