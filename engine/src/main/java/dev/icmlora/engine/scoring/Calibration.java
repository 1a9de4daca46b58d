package dev.icmlora.engine.scoring;

import java.util.List;

/// The numbers that selection depends on. `icm-lora calibrate` fits them for a generator, on validation tasks and on
/// examples of training tasks that training held back, and writes them into its file; held-out tasks have no say.
///
/// @param rule that decides on scores
/// @param familiarity that decides without
/// @param confidence how sure an answer is
public record Calibration(DecisionRule rule, Familiarity familiarity, Confidence confidence) {

    /// For a generator that was not calibrated: what was fitted to the default generator on 25 November 2026.
    public static final Calibration DEFAULT = new Calibration(
            new DecisionRule(0, 0.5, 0.1), new Familiarity(0.59), new Confidence(-1.77, 1.63, 2.79, 0.79, 0.35));

    private static final int NUMBERS = 9;

    /// Of a generator's file.
    ///
    /// @param numbers in the order of [#numbers]; none for a generator that was not calibrated
    /// @throws IllegalArgumentException if there are more or fewer, or one is out of its range
    public static Calibration of(List<Float> numbers) {
        if (numbers.isEmpty()) {
            return DEFAULT;
        }
        if (numbers.size() != NUMBERS) {
            throw new IllegalArgumentException(
                    "a calibration has " + NUMBERS + " numbers, the file has " + numbers.size());
        }
        // As they were written: 0.59 and not the double that is nearest to the float.
        var exact = numbers.stream()
                .mapToDouble(number -> Double.parseDouble(number.toString()))
                .toArray();
        return new Calibration(
                new DecisionRule(exact[0], exact[1], exact[2]),
                new Familiarity(exact[3]),
                new Confidence(exact[4], exact[5], exact[6], exact[7], exact[8]));
    }

    /// As a generator's file holds them.
    public List<Float> numbers() {
        return List.of(
                (float) rule.margin(),
                (float) rule.errors(),
                (float) rule.enough(),
                (float) familiarity.near(),
                (float) confidence.intercept(),
                (float) confidence.exact(),
                (float) confidence.probability(),
                (float) confidence.familiar(),
                (float) confidence.unfamiliar());
    }
}
