package dev.icmlora.cli.function;

import java.time.Duration;

/// The pauses between looks at something that is not there yet: each is twice the one before.
final class Pauses {

    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private Duration next = FIRST;

    Duration next() {
        Duration pause = next;
        next = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
        return pause;
    }
}
