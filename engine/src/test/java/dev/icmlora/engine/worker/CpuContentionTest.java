package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.worker.ThreadShare.CpuContention;

class CpuContentionTest {

    private long now;
    private long had;
    private final ThreadShare share = new ThreadShare(4);
    private double free = 4;
    private final CpuContention contention = new CpuContention(share, () -> now, () -> had, () -> free);

    private void pass(Duration time, double shareOfTime) {
        now += time.toNanos();
        had += Math.round(shareOfTime * time.toNanos());
    }

    private void compute(int threads, double shareOfTime) {
        pass(Duration.ofMillis(400), shareOfTime);
        contention.computed(threads);
    }

    @Test
    void allThreadsComputeWhereTheProcessorsAreTheirs() {
        contention.begin();
        compute(4, 0.9);
        assertThat(share.each()).isEqualTo(4);
    }

    @Test
    void oneThreadComputesWhereOtherProcessesTakeThem() {
        contention.begin();
        compute(4, 0.66);
        assertThat(share.each()).isEqualTo(1);
    }

    @Test
    void waitingForSomethingToDoDoesNotCount() {
        contention.begin();
        pass(Duration.ofSeconds(5), 0);
        contention.begin();
        compute(4, 0.9);
        assertThat(share.each()).isEqualTo(4);
    }

    @Test
    void aMomentProvesNothing() {
        contention.begin();
        pass(Duration.ofMillis(50), 0);
        contention.computed(4);
        pass(Duration.ofMillis(350), 1);
        contention.computed(4);
        assertThat(share.each()).isEqualTo(4);
    }

    @Test
    void momentsBetweenWhichTheWorkerWaitsAddUp() {
        for (int i = 0; i < 3; i++) {
            assertThat(share.each()).isEqualTo(4);
            contention.begin();
            pass(Duration.ofMillis(80), 0.5);
            contention.computed(4);
            pass(Duration.ofSeconds(1), 0);
        }
        assertThat(share.each()).isEqualTo(1);
    }

    @Test
    void aSingleThreadIsNotJudged() {
        contention.begin();
        compute(1, 0.5);
        assertThat(share.each()).isEqualTo(4);
    }

    @Test
    void trialsThatFailAreFurtherApartEachTime() {
        contention.begin();
        assertThat(crowdedFor(8)).containsExactly(1L, 2L, 4L, 8L, 16L, 16L, 16L, 16L);
        compute(4, 1);
        assertThat(crowdedFor(2)).containsExactly(1L, 2L);
    }

    @Test
    void noTrialIsMadeWhileTheProcessorsAreTaken() {
        contention.begin();
        compute(4, 0.5);
        free = 1.7;
        for (int i = 0; i < 10; i++) {
            compute(1, 0.5);
            assertThat(share.each()).isEqualTo(1);
            assertThat(Math.round(share.singleFor().toMillis() / 100.0)).isBetween(6L, 10L);
        }
    }

    @Test
    void aTrialIsMadeSoonAfterTheyAreFree() throws InterruptedException {
        contention.begin();
        compute(4, 0.5);
        free = 1.9;
        compute(1, 0.5);
        Thread.sleep(share.singleFor().plusMillis(1));
        assertThat(share.each()).isEqualTo(4);
    }

    /// Seconds for which each of some trials in a row has one thread compute.
    private long[] crowdedFor(int trials) {
        long[] seconds = new long[trials];
        for (int i = 0; i < trials; i++) {
            compute(4, 0.5);
            seconds[i] = Math.round(share.singleFor().toNanos() / 1e9);
        }
        return seconds;
    }
}
