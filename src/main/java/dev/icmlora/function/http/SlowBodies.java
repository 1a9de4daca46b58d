package dev.icmlora.function.http;

import java.time.Duration;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.Problems;

/// Gives up on bodies that come too slowly: their clients would keep places and memory from others.
@Singleton
final class SlowBodies {

    /// Bytes a second, after the time of grace.
    private static final int SLOWEST = 64 << 10;
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration LOOKS = Duration.ofSeconds(1);

    private final Problems problems;

    SlowBodies(Problems problems) {
        this.problems = problems;
    }

    /// Looks after the body of a request until it is there. Called by the event loop that reads it.
    void watch(RoutingContext context) {
        var begin = System.nanoTime();
        var looks = context.vertx().setPeriodic(LOOKS.toMillis(), id -> {
            var request = context.request();
            var time = Duration.ofNanos(System.nanoTime() - begin).minus(GRACE);
            if (request.isEnded()) {
                context.vertx().cancelTimer(id);
            } else if (request.bytesRead() < SLOWEST * time.toSeconds()) {
                problems.writeEarly(Problems.bodyTooSlow(SLOWEST, GRACE), context);
            }
        });
        context.addEndHandler(_ -> context.vertx().cancelTimer(looks));
    }
}
