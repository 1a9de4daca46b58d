package dev.icmlora.engine.request;

/// Time and tokens that a request took so far. Results that it found computed took none.
///
/// @param promptTokens tokens that the model read: of prompts, of tasks' fingerprints, and of what tells the bias to
/// some labels
/// @param completionTokens tokens that it wrote, those of answers that do not count too
/// @param tuningTokens tokens of the examples of all steps that were taken
public record Spent(PhaseNanos phases, int promptTokens, int completionTokens, int tuningTokens) {

    public static final Spent NOTHING = new Spent(PhaseNanos.NONE, 0, 0, 0);

    public Spent plus(Spent other) {
        return new Spent(
                phases.plus(other.phases),
                promptTokens + other.promptTokens,
                completionTokens + other.completionTokens,
                tuningTokens + other.tuningTokens);
    }
}
