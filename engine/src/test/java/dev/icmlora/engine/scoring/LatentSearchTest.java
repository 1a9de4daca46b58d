package dev.icmlora.engine.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.generator.network.LatentDistribution;

/// On losses that are a function of the latent, so that the best one is known.
class LatentSearchTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final LatentDistribution PRIOR = new LatentDistribution(new float[4], new float[4]);
    private static final float[] TARGET = {1, -1, 0.5f, 2};

    @Test
    void findsALatentThatDoesBetter() {
        Score start = near(PRIOR.mean());

        var found = search(LatentSearchTest::near, start, 1).orElseThrow();

        assertThat(found.evidence().loss()).isLessThan(start.loss() / 2);
        assertThat(found.weights()).isSameAs(found.latent());
    }

    @Test
    void theSameSeedFindsTheSame() {
        Score start = near(PRIOR.mean());

        assertThat(search(LatentSearchTest::near, start, 7).orElseThrow().latent())
                .isEqualTo(
                        search(LatentSearchTest::near, start, 7).orElseThrow().latent())
                .isNotEqualTo(
                        search(LatentSearchTest::near, start, 8).orElseThrow().latent());
    }

    /// What lowers the loss on four examples raises it on the fifth.
    @Test
    void whatHurtsTheHeldBackExampleIsNotTaken() {
        Function<float[], Score> overfit = latent -> {
            double distance = distance(latent);
            return evidence(distance, distance, distance, distance, 10 - distance);
        };

        assertThat(search(overfit, overfit.apply(PRIOR.mean()), 1)).isEmpty();
    }

    @Test
    void nothingIsFoundWhereNothingIsBetter() {
        assertThat(search(latent -> evidence(1, 1, 1), evidence(1, 1, 1), 1)).isEmpty();
    }

    @Test
    void withoutTimeNothingIsTried() {
        LatentSearch<float[]> search = new LatentSearch<>(latents -> latents, LatentSearchTest::near, 1);

        assertThat(search.search(PRIOR.mean(), PRIOR, evidence(9, 9, 9), Duration.ZERO))
                .isEmpty();
        assertThat(search.judgements()).isZero();
    }

    private static Optional<LatentSearch.Found<float[]>> search(
            Function<float[], Score> judge, Score rival, long seed) {
        return new LatentSearch<float[]>(latents -> latents, judge, seed).search(PRIOR.mean(), PRIOR, rival, LONG);
    }

    private static Score near(float[] latent) {
        double distance = distance(latent);
        return evidence(distance, distance, distance);
    }

    private static double distance(float[] latent) {
        return Math.sqrt(IntStream.range(0, latent.length)
                .mapToDouble(i -> Math.pow(latent[i] - TARGET[i], 2))
                .sum());
    }

    private static Score evidence(double... losses) {
        return new Score(Arrays.stream(losses)
                .mapToObj(loss -> new Score.OfExample(loss, 1, false))
                .toList());
    }
}
