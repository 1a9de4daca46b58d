package dev.icmlora.trainer.generator;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.vectors.VectorPool;

/// The input of one step: some tasks, a task vector of each, and noise for z.
///
/// @param learners the tasks
/// @param conditionings what each task's vector was made of
/// @param vectors the same, standardised `[tasks][vector]`
/// @param noise standard normal `[tasks][latent]`
public record ConditionalBatch(
        List<Learner> learners, List<VectorPool.Conditioning> conditionings, float[][] vectors, float[][] noise) {

    /// A task that is trained on, and its task vectors.
    public record Learner(TrainingTask task, VectorPool pool) {}

    /// @param from a task that is to be drawn more often stands there several times, and may be drawn as often
    /// @param count of them, or all if there are fewer
    public static ConditionalBatch draw(
            List<Learner> from, int count, int latent, Standardization statistics, RandomGenerator random) {
        List<Learner> chosen = random.ints(0, from.size())
                .distinct()
                .limit(Math.min(count, from.size()))
                .mapToObj(from::get)
                .toList();
        List<VectorPool.Conditioning> conditionings =
                chosen.stream().map(learner -> learner.pool.draw(random)).toList();
        float[][] noise = new float[chosen.size()][latent];
        for (float[] row : noise) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        float[][] vectors = conditionings.stream()
                .map(conditioning -> statistics.apply(conditioning.vector()))
                .toArray(float[][]::new);
        return new ConditionalBatch(chosen, conditionings, vectors, noise);
    }

    /// Without some of the vectors' values, so that no task is known by a few of them: those are zero, their mean, and
    /// the others as much greater.
    ///
    /// @param share of the values, 0 to below 1
    ConditionalBatch dropping(double share, RandomGenerator random) {
        float kept = (float) (1 / (1 - share));
        float[][] dropped = Arrays.stream(vectors).map(float[]::clone).toArray(float[][]::new);
        for (float[] vector : dropped) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] *= random.nextDouble() < share ? 0 : kept;
            }
        }
        return new ConditionalBatch(learners, conditionings, dropped, noise);
    }

    int size() {
        return learners.size();
    }
}
