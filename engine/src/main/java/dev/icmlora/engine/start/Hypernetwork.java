package dev.icmlora.engine.start;

import java.util.OptionalDouble;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.vector.TaskVector;

/// The generator, with its adapters in the shape that is hot-applied. Any thread may call it; calls wait for each
/// other.
public final class Hypernetwork {

    private final Generator generator;
    private final ResidentShape shape;
    private final Neighbourhood neighbourhood;

    /// @param shape of resident adapters, in which those of the generator fit
    public Hypernetwork(Generator generator, ResidentShape shape) {
        this.generator = generator;
        this.shape = shape;
        this.neighbourhood = new Neighbourhood(generator.seenLatents());
    }

    /// B0 itself, whatever the task.
    public Adapter shared() {
        return adapter(new float[generator.manifest().architecture().latent()], 0);
    }

    /// The adapter at the mean of the prior for the task.
    ///
    /// @param strength of the residual on B0
    public Adapter generated(TaskVector task, float strength) {
        return adapter(latent(task), strength);
    }

    /// Where the prior puts a task: its mean.
    public float[] latent(TaskVector task) {
        return generator.latent(task);
    }

    /// Distance of a task to the nearest one that the generator was trained on, in standard deviations of their
    /// latents; empty where it knows none.
    public OptionalDouble seenDistance(TaskVector task) {
        return neighbourhood.distance(latent(task));
    }

    /// The adapter of a latent.
    ///
    /// @param strength of the residual on B0
    public Adapter adapter(float[] latent, float strength) {
        return shape.widen(generator.generate(latent, strength));
    }
}
