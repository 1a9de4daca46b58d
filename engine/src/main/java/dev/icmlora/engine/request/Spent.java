package dev.icmlora.engine.request;

/// Time and tokens that a request took so far. Results that it found computed took none.
///
/// @param fingerprint nanoseconds of this phase, as the next five are of theirs; 0 for one that was not needed
/// @param promptTokens tokens that the model read: of prompts, of tasks' fingerprints, and of what tells the bias to
/// some labels
/// @param completionTokens tokens that it wrote
/// @param tuningTokens tokens of the examples of all steps that were taken
public record Spent(
        long fingerprint,
        long generate,
        long apply,
        long tune,
        long prefill,
        long decode,
        int promptTokens,
        int completionTokens,
        int tuningTokens) {

    public static final Spent NOTHING = new Spent(0, 0, 0, 0, 0, 0, 0, 0, 0);

    public static Spent reading(long fingerprint, int tokens) {
        return new Spent(fingerprint, 0, 0, 0, 0, 0, tokens, 0, 0);
    }

    public static Spent generating(long nanos) {
        return new Spent(0, nanos, 0, 0, 0, 0, 0, 0, 0);
    }

    public static Spent tuning(long nanos, int tokens) {
        return new Spent(0, 0, 0, nanos, 0, 0, 0, 0, tokens);
    }

    public static Spent answering(long apply, long prefill, long decode, int promptTokens, int completionTokens) {
        return new Spent(0, 0, apply, 0, prefill, decode, promptTokens, completionTokens, 0);
    }

    /// The same where no client gets what was written.
    public Spent unwritten() {
        return new Spent(fingerprint, generate, apply, tune, prefill, decode, promptTokens, 0, tuningTokens);
    }

    public Spent plus(Spent other) {
        return new Spent(
                fingerprint + other.fingerprint,
                generate + other.generate,
                apply + other.apply,
                tune + other.tune,
                prefill + other.prefill,
                decode + other.decode,
                promptTokens + other.promptTokens,
                completionTokens + other.completionTokens,
                tuningTokens + other.tuningTokens);
    }
}
