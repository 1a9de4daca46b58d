package dev.icmlora.trainer.calibration;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.icmlora.engine.Calibration;
import dev.icmlora.engine.Calibration.Curve;
import dev.icmlora.engine.auto.AutoMode.Way;

/// Fits the numbers of selection to observations.
public final class SelectionFit {
    private final List<Observation> tuned;
    private final List<Observation> untuned;

    public SelectionFit(List<Observation> observations) {
        this.tuned = observations.stream().filter(o -> o.tuning() != null).toList();
        this.untuned = observations.stream().filter(o -> o.tuning() == null).toList();
    }

    Calibration fit() {
        double near = near();
        return new Calibration(
                confidence(),
                near,
                rightWhere(near, true),
                rightWhere(near, false),
                Optional.empty(),
                Optional.empty());
    }

    /// Share of exact answers if one way always served the tasks that are tuned.
    double always(boolean seen, Way way) {
        return mean(group(tuned, seen), o -> o.right().get(way));
    }

    /// Share of exact answers if the best way of each task were known.
    double oracle(boolean seen) {
        return mean(
                group(tuned, seen),
                o -> o.right().values().stream().mapToDouble(r -> r).max().orElseThrow());
    }

    /// A logistic curve through what tuned adapters served.
    private Curve confidence() {
        LogisticFit fit = new LogisticFit();
        for (Observation observation : tuned) {
            fit.add(Calibration.seen(observation.tuning()), observation.right().get(Way.TUNED));
        }
        return new Curve(fit.weights(2));
    }

    /// The distance up to which trusting the generator's own adapter with the description alone is right most often.
    private double near() {
        return untuned.stream()
                .map(Observation::distance)
                .filter(Objects::nonNull)
                .max(Comparator.comparingDouble(this::rightUpTo))
                .orElse(0.0);
    }

    private double rightUpTo(double near) {
        return (mean(group(untuned, true), o -> rightUpTo(o, near))
                        + mean(group(untuned, false), o -> rightUpTo(o, near)))
                / 2;
    }

    private double rightWhere(double near, boolean trusted) {
        return mean(untuned.stream().filter(o -> isNear(o, near) == trusted).toList(), o -> rightUpTo(o, near));
    }

    private static boolean isNear(Observation observation, double near) {
        return observation.distance() == null || observation.distance() <= near;
    }

    private static double rightUpTo(Observation observation, double near) {
        if (isNear(observation, near)) {
            return observation.right().get(Way.GENERATED);
        }
        return observation
                .right()
                .getOrDefault(Way.SHARED_EXAMPLES, observation.right().get(Way.SHARED));
    }

    private static List<Observation> group(List<Observation> observations, boolean seen) {
        return observations.stream().filter(o -> o.seen() == seen).toList();
    }

    private static double mean(List<Observation> observations, ToDoubleFunction<Observation> value) {
        return observations.stream().mapToDouble(value).average().orElse(0);
    }
}
