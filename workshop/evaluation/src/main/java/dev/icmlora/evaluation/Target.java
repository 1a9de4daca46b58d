package dev.icmlora.evaluation;

import java.util.Optional;
import java.util.function.Function;

/// A figure that was wanted, and whether it was reached.
///
/// @param what is compared
/// @param required of it
/// @param measured figure with its interval, or why there is none
record Target(String what, String required, String measured, Verdict verdict) {

    enum Verdict {
        HELD("held"),
        NOT_HELD("**not held**"),
        NOT_MEASURED("not measured");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        static Verdict of(boolean held) {
            return held ? HELD : NOT_HELD;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /// What was measured for a target.
    record Finding(String figure, boolean held) {}

    /// What is asked of the lower end of an interval.
    enum Lowest {
        ANY,
        FROM_ZERO,
        ABOVE_ZERO;

        private boolean allows(double low) {
            return switch (this) {
                case ANY -> true;
                case FROM_ZERO -> low >= 0;
                case ABOVE_ZERO -> low > 0;
            };
        }
    }

    /// @param results empty where none was measured
    static Target measured(
            Optional<Results> results, String what, String required, Function<Results, Finding> measure) {
        return results.map(measure)
                .map(found -> new Target(what, required, found.figure, Verdict.of(found.held)))
                .orElseGet(() -> new Target(what, required, "no such task was measured", Verdict.NOT_MEASURED));
    }

    /// Points by which one condition is better than another.
    static Finding points(Results results, Condition a, Condition b, double least, Lowest lowest) {
        PairedBootstrap difference = results.difference(a, b);
        String figure = Figures.format(
                "%+.1f points [%+.1f, %+.1f] (`%s` %.1f, `%s` %.1f)",
                difference.value(),
                difference.low(),
                difference.high(),
                a,
                results.exact(a).value(),
                b,
                results.exact(b).value());
        return new Finding(figure, difference.value() >= least && lowest.allows(difference.low()));
    }
}
