package dev.icmlora.engine.selection;

import java.util.List;

/// The numbers that selection depends on. `icm-lora calibrate` fits them for a generator, on validation tasks and on
/// examples of training tasks that training held back, and writes them into its file; held-out tasks have no say.
///
/// @param strange loss before tuning, in nats a token, from which on a task keeps its examples in the prompt
/// @param alone how sure a tuned adapter's answers are without them
/// @param shown how sure they are with them
/// @param familiarity that decides without tuning
public record Calibration(double strange, Confidence alone, Confidence shown, Familiarity familiarity) {

    /// For a generator that was not calibrated: what was fitted to the default generator on 26 November 2026.
    public static final Calibration DEFAULT =
            new Calibration(100,
            new Confidence(-3.65, 1.93, 3.93),
            new Confidence(-4.27, 1.40, 4.67),
            new Familiarity(0.66, 0.48, 0.34));

    private static final int NUMBERS = 10;

    /// Of a generator's file.
    ///
    /// @param numbers in the order of [#numbers]; none for a generator that was not calibrated
    /// @throws IllegalArgumentException if there are more or fewer, or the first is below 0
    public static Calibration of(List<Float> numbers) {
        if (numbers.isEmpty()) {
            return DEFAULT;
        }
        if (numbers.size() != NUMBERS) {
            throw new IllegalArgumentException("a calibration has " + NUMBERS + " numbers, the file has "
                    + numbers.size() + ": calibrate the generator with this version");
        }
        // As they were written: 0.59 and not the double that is nearest to the float.
        var exact = numbers.stream()
                .mapToDouble(number -> Double.parseDouble(number.toString()))
                .toArray();
        return new Calibration(
                exact[0],
                new Confidence(exact[1], exact[2], exact[3]),
                new Confidence(exact[4], exact[5], exact[6]),
                new Familiarity(exact[7], exact[8], exact[9]));
    }

    public Calibration {
        if (!(strange >= 0)) {
            throw new IllegalArgumentException("a loss starts at 0, not at " + strange);
        }
    }

    /// As a generator's file holds them.
    public List<Float> numbers() {
        return List.of(
                (float) strange,
                (float) alone.intercept(),
                (float) alone.before(),
                (float) alone.after(),
                (float) shown.intercept(),
                (float) shown.before(),
                (float) shown.after(),
                (float) familiarity.near(),
                (float) familiarity.known(),
                (float) familiarity.unknown());
    }
}
