package dev.icmlora.engine.scoring;

/// The numbers that selection depends on. `icm-lora calibrate` fits them for a generator, on validation tasks and on
/// examples of training tasks that training held back; held-out tasks have no say.
///
/// @param rule that decides on scores
/// @param familiarity that decides without
/// @param confidence how sure an answer is
public record Calibration(DecisionRule rule, Familiarity familiarity, Confidence confidence) {
    /// Fitted to the default generator on 25 November 2026: 40 seen and 38 validation tasks, each stated twice.
    public static final Calibration DEFAULT = new Calibration(
            new DecisionRule(0, 0.5, 0.1), new Familiarity(0.59), new Confidence(-1.77, 1.63, 2.79, 0.79, 0.35));
}
