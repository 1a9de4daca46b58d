package dev.icmlora.generator.select;

/// The numbers that selection depends on. `icm-lora calibrate` fits them for a generator, on validation tasks and on
/// examples of training tasks that training held back; held-out tasks have no say.
///
/// @param rule that decides on evidence
/// @param familiarity that decides without
/// @param confidence how sure an answer is
public record Calibration(DecisionRule rule, Familiarity familiarity, Confidence confidence) {
    /// Careful guesses, not fitted to any generator yet.
    public static final Calibration DEFAULT =
            new Calibration(new DecisionRule(0.1, 1, 0.1), new Familiarity(1), Confidence.DEFAULT);
}
