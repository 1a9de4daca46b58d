package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class ThreadShareTest {

    private final ThreadShare share = new ThreadShare(4);

    @Test
    void workersThatAreBusyShareTheThreads() {
        assertThat(share.each()).isEqualTo(4);
        share.enter();
        share.enter();
        assertThat(share.each()).isEqualTo(2);
    }

    @Test
    void oneThreadComputesWhileOtherWorkTakesTheProcessors() {
        share.single(Duration.ofDays(1));
        assertThat(share.each()).isEqualTo(1);
        share.single(Duration.ZERO);
        assertThat(share.each()).isEqualTo(4);
    }
}
