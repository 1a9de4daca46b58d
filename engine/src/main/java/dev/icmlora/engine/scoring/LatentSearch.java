package dev.icmlora.engine.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

import dev.icmlora.generator.network.LatentDistribution;

/// Searches for a latent that explains a task's examples better, without gradients: the cross-entropy method
/// (Rubinstein 1999) with independent dimensions, started at a latent with the prior's spread.
///
/// The last third of the examples is held back: what is found must lower the loss on the others and must not raise it
/// on these.
///
/// Our own lines and not a library's CMA-ES, since a few seconds are some twenty judgements: too few to learn a
/// covariance of 64 dimensions from, and a round's latents are decoded in one pass.
///
/// @param <W> weights made of a latent
final class LatentSearch<W> {
    private static final int ROUND = 8;
    private static final int ELITE = 3;
    /// How much of the old spread a round keeps.
    private static final double INERTIA = 0.5;
    private static final int ROUNDS_WITHOUT_GAIN = 3;

    private final Function<List<float[]>, List<W>> decoder;
    private final Function<W, Score> judge;
    private final SplittableRandom random;
    private int judgements;

    /// @param decoder makes weights of latents, one each
    LatentSearch(Function<List<float[]>, List<W>> decoder, Function<W, Score> judge, long seed) {
        this.decoder = decoder;
        this.judge = judge;
        this.random = new SplittableRandom(seed);
    }

    /// A latent that passed, and what it gave.
    record Found<W>(float[] latent, W weights, Score evidence) {}

    /// @param start where the search begins
    /// @param rival evidence that must be bettered, on at least two examples
    /// @param budget time; the judgement that is going on when it ends is the last
    Optional<Found<W>> search(float[] start, LatentDistribution prior, Score rival, Duration budget) {
        long end = System.nanoTime() + budget.toNanos();
        double[] mean = new double[start.length];
        double[] deviation = new double[start.length];
        for (int i = 0; i < start.length; i++) {
            mean[i] = start[i];
            deviation[i] = Math.exp(0.5 * prior.logVariance()[i]);
        }
        Found<W> best = null;
        for (int idle = 0; idle < ROUNDS_WITHOUT_GAIN && System.nanoTime() < end; idle++) {
            List<Found<W>> round = round(mean, deviation, end);
            for (Found<W> found : round) {
                double bar = learned(best == null ? rival : best.evidence);
                if (learned(found.evidence) < bar && heldBack(found.evidence) <= heldBack(rival)) {
                    best = found;
                    idle = -1;
                }
            }
            round.sort(Comparator.comparingDouble(found -> learned(found.evidence)));
            move(mean, deviation, round.subList(0, Math.min(ELITE, round.size())));
        }
        return Optional.ofNullable(best);
    }

    private List<Found<W>> round(double[] mean, double[] deviation, long end) {
        List<float[]> latents = new ArrayList<>();
        for (int k = 0; k < ROUND; k++) {
            float[] latent = new float[mean.length];
            for (int i = 0; i < latent.length; i++) {
                latent[i] = (float) (mean[i] + deviation[i] * random.nextGaussian());
            }
            latents.add(latent);
        }
        List<W> weights = decoder.apply(latents);
        List<Found<W>> round = new ArrayList<>();
        for (int k = 0; k < ROUND && System.nanoTime() < end; k++) {
            round.add(new Found<>(latents.get(k), weights.get(k), judge.apply(weights.get(k))));
            judgements++;
        }
        return round;
    }

    private static void move(double[] mean, double[] deviation, List<? extends Found<?>> elite) {
        if (elite.isEmpty()) {
            return;
        }
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            double squares = 0;
            for (Found<?> found : elite) {
                sum += found.latent[i];
                squares += (double) found.latent[i] * found.latent[i];
            }
            double center = sum / elite.size();
            double spread = Math.sqrt(Math.max(0, squares / elite.size() - center * center));
            mean[i] = center;
            deviation[i] = INERTIA * deviation[i] + (1 - INERTIA) * spread;
        }
    }

    private static int learnedExamples(Score evidence) {
        int n = evidence.scores().size();
        return n - Math.max(1, n / 3);
    }

    private static double learned(Score evidence) {
        return loss(evidence.scores().subList(0, learnedExamples(evidence)));
    }

    private static double heldBack(Score evidence) {
        return loss(evidence.scores()
                .subList(learnedExamples(evidence), evidence.scores().size()));
    }

    private static double loss(List<Score.OfExample> scores) {
        return new Score(scores).loss();
    }

    /// Candidates that were judged.
    int judgements() {
        return judgements;
    }
}
