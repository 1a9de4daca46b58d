package dev.icmlora.engine.scoring;

import java.util.ArrayList;
import java.util.List;

import dev.icmlora.generator.network.LatentDistribution;
import dev.icmlora.generator.network.SeenTask;

/// Which weights are tried, the most promising first, so that a small number or a short time is spent well.
public final class Proposals {
    private static final float HALF = 0.5f;
    private static final float STRONG = 1.5f;
    /// Seen tasks whose latents are tried at most.
    public static final int NEIGHBOURS = 2;

    private Proposals() {}

    /// What the generator makes when it is not asked for more.
    public static Origin.Mean mean(LatentDistribution prior) {
        return new Origin.Mean(prior.mean(), 1);
    }

    /// B0, which every task shares.
    public static Origin.Mean shared(LatentDistribution prior) {
        return new Origin.Mean(prior.mean(), 0);
    }

    /// The first `count` of: the mean, B0, the base model, the nearest seen task, half and one and a half the residual,
    /// the next nearest, then as many draws as are wanted.
    public static List<Origin> of(LatentDistribution prior, List<SeenTask> nearest, long seed, int count) {
        List<Origin> origins = new ArrayList<>(List.of(mean(prior), shared(prior), new Origin.Base()));
        nearest.stream().limit(1).map(Proposals::nearest).forEach(origins::add);
        origins.add(new Origin.Mean(prior.mean(), HALF));
        origins.add(new Origin.Mean(prior.mean(), STRONG));
        nearest.stream().skip(1).map(Proposals::nearest).forEach(origins::add);
        for (long draw = seed; origins.size() < count; draw++) {
            origins.add(new Origin.Sample(prior.sample(draw), draw));
        }
        return origins.subList(0, count);
    }

    private static Origin nearest(SeenTask task) {
        return new Origin.Nearest(task.latent(), task.task());
    }

    /// Half way between two.
    static Origin.Between between(Origin.Generated first, Origin.Generated second) {
        float[] middle = first.latent().clone();
        for (int i = 0; i < middle.length; i++) {
            middle[i] = (middle[i] + second.latent()[i]) / 2;
        }
        return new Origin.Between(middle, first, second);
    }
}
