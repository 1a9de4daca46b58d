package dev.icmlora.evaluation;

/// What is predicted in one place of a text, for every token of the vocabulary.
record Logits(float[] values) {

    /// How improbable a token is, in nats.
    double nats(int token) {
        return logSum() - values[token];
    }

    /// KL(this || other), in nats.
    double divergence(Logits other) {
        double logSum = logSum();
        double otherLogSum = other.logSum();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double log = values[i] - logSum;
            sum += Math.exp(log) * (log - other.values[i] + otherLogSum);
        }
        return sum;
    }

    private double logSum() {
        float greatest = Float.NEGATIVE_INFINITY;
        for (float logit : values) {
            greatest = Math.max(greatest, logit);
        }
        double sum = 0;
        for (float logit : values) {
            sum += Math.exp(logit - greatest);
        }
        return Math.log(sum) + greatest;
    }
}
