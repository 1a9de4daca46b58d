package dev.icmlora.trainer.eval;

/// How well a text domain's test passages were predicted.
///
/// @param passages measured
/// @param tokens of their continuations
/// @param characters of their continuations
/// @param base summed negative log likelihood under the base model, in nats
/// @param b0 the same under B0
/// @param generated the same under the adapter generated for the domain
record TextResult(String domain, int passages, int tokens, int characters, double base, double b0, double generated) {

    /// @param nats one of the three sums
    double perplexity(double nats) {
        return Math.exp(nats / tokens);
    }

    /// @param nats one of the three sums
    double bitsPerCharacter(double nats) {
        return nats / Math.log(2) / characters;
    }
}
