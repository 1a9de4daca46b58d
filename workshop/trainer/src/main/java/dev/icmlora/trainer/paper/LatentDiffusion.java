package dev.icmlora.trainer.paper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;

import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.loop.AdamW;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.torch.TorchScript;

/// A control: latents of unseen tasks by conditional diffusion instead of a prior (COND P-DIFF, arXiv 2408.01415,
/// moved into the generator's own latent space).
///
/// Belongs to one thread.
public final class LatentDiffusion implements AutoCloseable {
    private static final int UNITS = 256;
    private static final int BATCH = 64;
    private static final float RATE = 1e-3f;
    private static final int WARM_UP = 50;
    private static final int DENOISING_STEPS = 20;
    private static final double WEIGHT_DECAY = 0.01;

    private final NDManager manager;
    private final TorchScript program;
    private final float[] mean;
    private final float spread;
    private final SequencedMap<String, NDArray> weights = new LinkedHashMap<>();

    /// @param mean of the latents
    /// @param spread root mean square of what they differ from it by
    private LatentDiffusion(NDManager manager, int vector, float[] mean, float spread) {
        this.manager = manager;
        this.mean = mean;
        this.spread = spread;
        this.program = TorchScript.compile(LatentDiffusion.class, "diffusion.torchscript", new LinkedHashMap<>());
        int latent = mean.length;
        RandomGenerator random = new SplittableRandom(1);
        weight("latent", random, UNITS, latent);
        weight("condition", random, UNITS, vector);
        weight("level", random, UNITS, 3);
        weights.put("0.bias", manager.zeros(new Shape(UNITS)));
        weight("1", random, UNITS, UNITS);
        weights.put("1.bias", manager.zeros(new Shape(UNITS)));
        weight("2", random, latent, UNITS);
        weights.put("2.bias", manager.zeros(new Shape(latent)));
    }

    private void weight(String name, RandomGenerator random, int out, int in) {
        float[] values = new float[out * in];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(in));
        }
        weights.put(name, manager.create(values, new Shape(out, in)));
    }

    /// Learns from tasks whose latents are known.
    ///
    /// @param parent owner of what it holds
    /// @param vectors standardised task vectors, one a task
    /// @param latents one a task
    /// @param steps of the training, at least 1
    static LatentDiffusion train(NDManager parent, List<float[]> vectors, List<float[]> latents, int steps) {
        if (vectors.size() != latents.size() || vectors.isEmpty()) {
            throw new IllegalArgumentException(
                    "%d vectors and %d latents: one of each is needed for every task, and a task at least"
                            .formatted(vectors.size(), latents.size()));
        }
        float[] mean = mean(latents);
        double squares = 0;
        for (float[] latent : latents) {
            for (int i = 0; i < mean.length; i++) {
                squares += Math.pow(latent[i] - mean[i], 2);
            }
        }
        float spread = (float) Math.max(1e-6, Math.sqrt(squares / latents.size() / mean.length));
        LatentDiffusion diffusion =
                new LatentDiffusion(parent.newSubManager(), vectors.getFirst().length, mean, spread);
        diffusion.learn(vectors, latents, steps);
        return diffusion;
    }

    private static float[] mean(List<float[]> latents) {
        float[] mean = new float[latents.getFirst().length];
        for (float[] latent : latents) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += latent[i] / latents.size();
            }
        }
        return mean;
    }

    private void learn(List<float[]> vectors, List<float[]> latents, int steps) {
        Schedule schedule = new Schedule(RATE, WARM_UP, steps, Double.MAX_VALUE);
        try (AdamW optimiser = new AdamW(weights, WEIGHT_DECAY, 1, manager)) {
            for (int step = 0; step < steps; step++) {
                RandomGenerator random = StepRandom.of(1, step);
                float[][] conditions = new float[BATCH][];
                float[][] clean = new float[BATCH][];
                float[][] level = new float[BATCH][1];
                for (int i = 0; i < BATCH; i++) {
                    int task = random.nextInt(vectors.size());
                    conditions[i] = vectors.get(task);
                    clean[i] = scaled(latents.get(task));
                    level[i][0] = (float) random.nextDouble(0.01, 1);
                }
                try (NDManager scope = manager.newSubManager()) {
                    try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
                        gradients.backward(program.call(
                                        scope,
                                        "loss",
                                        scope.create(clean),
                                        scope.create(noise(BATCH, random)),
                                        scope.create(level),
                                        scope.create(conditions),
                                        List.copyOf(weights.values()))
                                .singletonOrThrow());
                    }
                    optimiser.update(scope, schedule.rate(step, 0), step + 1);
                }
            }
        }
    }

    private float[] scaled(float[] latent) {
        float[] scaled = new float[latent.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (latent[i] - mean[i]) / spread;
        }
        return scaled;
    }

    /// Draws a latent for a task.
    ///
    /// @param vector standardised
    /// @param random the noise that it is made from
    public float[] draw(float[] vector, RandomGenerator random) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray conditions = scope.create(new float[][] {vector});
            NDArray noisy = scope.create(noise(1, random));
            for (int step = DENOISING_STEPS; step > 0; step--) {
                noisy = program.call(
                                scope,
                                "denoise",
                                noisy,
                                level(scope, step),
                                level(scope, step - 1),
                                conditions,
                                List.copyOf(weights.values()))
                        .singletonOrThrow();
            }
            float[] latent = noisy.toFloatArray();
            for (int i = 0; i < latent.length; i++) {
                latent[i] = mean[i] + spread * latent[i];
            }
            return latent;
        }
    }

    private static NDArray level(NDManager scope, int step) {
        return scope.create(new float[][] {{(float) step / DENOISING_STEPS}});
    }

    private float[][] noise(int rows, RandomGenerator random) {
        float[][] noise = new float[rows][mean.length];
        for (float[] row : noise) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return noise;
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
