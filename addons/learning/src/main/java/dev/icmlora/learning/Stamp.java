package dev.icmlora.learning;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// The name of something that is kept: names of later ones come later in the order of texts.
///
/// @param micros microseconds since 1970
/// @param random tells those of several instances apart
@RegisterForReflection
record Stamp(long micros, long random) {

    /// What [#toString] looks like.
    static final String FORM = "([0-9]{16})-([0-9a-f]{16})";

    static Stamp now() {
        return at(Instant.now(), ThreadLocalRandom.current().nextLong());
    }

    static Stamp at(Instant time, long random) {
        return new Stamp(ChronoUnit.MICROS.between(Instant.EPOCH, time), random);
    }

    static Stamp of(String micros, String random) {
        return new Stamp(Long.parseLong(micros), Long.parseUnsignedLong(random, 16));
    }

    boolean isOlderThan(Duration age) {
        return Instant.EPOCH
                .plus(micros, ChronoUnit.MICROS)
                .isBefore(Instant.now().minus(age));
    }

    @Override
    public String toString() {
        return "%016d-%016x".formatted(micros, random);
    }
}
