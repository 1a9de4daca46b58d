package dev.icmlora.engine.scoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.icmlora.generator.network.LatentDistribution;
import dev.icmlora.generator.network.SeenTask;

/// Which weights are tried, the most promising first, so that a small number or a short time is spent well.
public final class Proposals {

    private Proposals() {}

    /// What the generator makes when it is not asked for more.
    public static Origin.Mean mean(LatentDistribution prior) {
        return new Origin.Mean(prior.mean(), 1);
    }

    /// B0, which every task shares.
    public static Origin.Mean shared(LatentDistribution prior) {
        return new Origin.Mean(prior.mean(), 0);
    }

    /// The first `count`, or as many as there are, of: the mean, B0, the base model, the nearest seen task.
    public static List<Origin> of(LatentDistribution prior, Optional<SeenTask> nearest, int count) {
        List<Origin> origins = new ArrayList<>(List.of(mean(prior), shared(prior), new Origin.Base()));
        nearest.map(task -> new Origin.Nearest(task.latent(), task.task())).ifPresent(origins::add);
        return origins.subList(0, Math.min(count, origins.size()));
    }
}
