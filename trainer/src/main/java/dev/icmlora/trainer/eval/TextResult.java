package dev.icmlora.trainer.eval;

/// How well a text domain's test passages were predicted.
///
/// @param passages measured
/// @param tokens of their continuations
/// @param characters of their continuations
/// @param base summed negative log likelihood under the base model, in nats
/// @param b0 the same under B0
/// @param generated the same under the adapter generated for the domain
/// @param own the same under the adapter trained for the domain alone; null if none was
record TextResult(
        String domain, int passages, int tokens, int characters, double base, double b0, double generated, Double own) {

    /// @param nats one of the sums
    double perplexity(double nats) {
        return Math.exp(nats / tokens);
    }

    /// @param nats one of the sums
    double bitsPerCharacter(double nats) {
        return nats / Math.log(2) / characters;
    }
}
