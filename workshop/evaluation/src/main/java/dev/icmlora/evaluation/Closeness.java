package dev.icmlora.evaluation;

import java.util.List;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

/// How close the adapter generated for a seen task is to the one trained for it. Distances are between all B matrices
/// taken as one vector, in units of how far training went from B0: B0 itself is at 1.
///
/// A generator that memorised would be nearer to a checkpoint than checkpoints are to each other (arXiv 2506.07998).
///
/// @param error of reconstruction: distance from the last checkpoint
/// @param nearest distance from the nearest checkpoint
/// @param between mean distance between two checkpoints of the training
/// @param divergence KL(trained || generated) of the next token, in nats, mean over the answers' tokens
/// @param divergenceOfB0 the same of B0
record Closeness(String task, double error, double nearest, double between, double divergence, double divergenceOfB0) {

    /// @param generated for the task
    /// @param b0 what training began with
    /// @param checkpoints of the training, the last one last
    /// @param prompts test inputs with their answers
    static Closeness of(
            String task,
            ControlBench bench,
            Adapter generated,
            Adapter b0,
            List<Adapter> checkpoints,
            List<Prompt> prompts) {
        Adapter trained = checkpoints.getLast();
        double unit = distance(trained, b0);
        double nearest = Double.POSITIVE_INFINITY;
        double between = 0;
        int pairs = 0;
        for (int i = 0; i < checkpoints.size(); i++) {
            nearest = Math.min(nearest, distance(generated, checkpoints.get(i)));
            for (int k = 0; k < i; k++) {
                between += distance(checkpoints.get(i), checkpoints.get(k));
                pairs++;
            }
        }
        return new Closeness(
                task,
                distance(generated, trained) / unit,
                nearest / unit,
                between / Math.max(1, pairs) / unit,
                bench.divergence(trained, generated, prompts),
                bench.divergence(trained, b0, prompts));
    }

    /// Their matrices are in the same order.
    private static double distance(Adapter one, Adapter other) {
        List<NamedTensor> a = one.generated();
        List<NamedTensor> b = other.generated();
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            if (!a.get(i).name().equals(b.get(i).name())) {
                throw new IllegalArgumentException("matrix " + i + " is "
                        + a.get(i).name() + " in one adapter, " + b.get(i).name() + " in the other");
            }
            float[] x = Halves.fromF16(a.get(i).data());
            float[] y = Halves.fromF16(b.get(i).data());
            for (int k = 0; k < x.length; k++) {
                sum += (x[k] - y[k]) * (x[k] - y[k]);
            }
        }
        return Math.sqrt(sum);
    }
}
